//! Downloads the file of a speech model. Nothing else in aloud uses a network.
//!
//! A download is written to `NAME.part` and renamed only if its SHA-1 is the published one. A partial download is
//! resumed. Within one run, the server's ETag ensures that the file is still the same; across runs it may have changed,
//! in which case the SHA-1 is wrong and the file is downloaded once more from the start.
//!
//! The file is requested from the URL in the manifest (over https), or from the URL that the user gives (`--from`).
//! Redirects are followed to the same host and to the hosts that the manifest lists, but never from https to http. The
//! SHA-1 guards against wrong files; the restriction of hosts keeps the request private.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ureq::http::{Response, StatusCode, Uri, header};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Body, Error as HttpError, Proxy};

use super::{KnownModel, ModelError, check};
use crate::files::{make_private_folder, open_private, sync_folder};

/// The extension of a partial download, appended to the file's name.
const PARTIAL_EXTENSION: &str = ".part";
/// The maximum number of redirects.
const MAX_REDIRECTS: usize = 8;
/// The read buffer, in bytes.
const BUFFER_BYTES: usize = 1 << 16;
/// The environment variables that name a proxy, in order of precedence.
const PROXY_VARIABLES: [&str; 6] = ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

/// Timeouts and retries of a download.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// The timeout for connecting, including the TLS handshake.
    pub connect: Duration,
    /// The timeout for a single read. The whole download may take any time as long as bytes keep arriving.
    pub silence: Duration,
    /// The maximum number of consecutive retries without progress. Nothing is retried before the first bytes arrive.
    pub tries: u32,
    /// The pause before a retry.
    pub pause: Duration,
}

impl Default for Timeouts {
    /// Returns timeouts that match how long people wait at a stalled progress bar (ours).
    fn default() -> Self {
        let s = Duration::from_secs;
        Self { connect: s(20), silence: s(30), tries: 3, pause: s(2) }
    }
}

/// Why a model could not be downloaded. Each message is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The given text is not a URL.
    #[error("{0} is no address to fetch from; give one that begins with https:// or http://")]
    BadAddress(String),
    /// The proxy in the environment is not a valid URL.
    #[error("the proxy in {0} is not understood; give it as http://HOST:PORT or socks5://HOST:PORT, or unset {0}")]
    BadProxy(&'static str),
    /// A redirect leads to a host that is neither the requested one nor listed in the manifest.
    #[error(
        "{from} sends on to {to}, which is not a host of the model's publisher; if you trust it, fetch from there with: --from '{address}'"
    )]
    OtherHost {
        /// The redirecting host.
        from: String,
        /// The host of the target.
        to: String,
        /// The whole URL of the target.
        address: String,
    },
    /// A redirect leads from https to http, or to an invalid URL.
    #[error(
        "{from} sends on from https to {to}, which is not encrypted or no address; name a right one with --from URL"
    )]
    Unsafe {
        /// The redirecting host.
        from: String,
        /// The URL, as the server gave it.
        to: String,
    },
    /// There were too many redirects.
    #[error("{0} sends on to another address again and again; try later, or name another with --from URL")]
    TooManyRedirects(String),
    /// The server does not have the file.
    #[error("{0} has no such file (404); it may have moved: name its new address with --from URL")]
    NotThere(String),
    /// The server refused or failed.
    #[error("{host} answers {status}; try again later, or name another address with --from URL")]
    Status {
        /// The responding host.
        host: String,
        /// The status code.
        status: StatusCode,
    },
    /// No connection could be made.
    #[error(
        "{host} cannot be reached ({reason}); check the network, set HTTPS_PROXY if there is a proxy, and run the same command again"
    )]
    Unreachable {
        /// The host.
        host: String,
        /// The reason, in words.
        reason: String,
    },
    /// The server's identity could not be verified.
    #[error(
        "the connection to {host} is not safe ({reason}); check the clock and the network; an authority of your own is trusted through SSL_CERT_FILE"
    )]
    NotSafe {
        /// The host.
        host: String,
        /// The reason, in words.
        reason: String,
    },
    /// The connection ended or timed out before the download was complete.
    #[error(
        "{host} stopped after {} of {} MB ({reason}); what has arrived is kept, and the same command goes on from there",
        megabytes(*arrived), megabytes(*expected)
    )]
    Cut {
        /// The host.
        host: String,
        /// The number of bytes that have arrived.
        arrived: u64,
        /// The size of the whole file, in bytes.
        expected: u64,
        /// The reason, in words.
        reason: String,
    },
    /// The file is not the published one: its length is wrong.
    #[error(
        "what {host} sends is not the model: it has {} instead of {expected}; if a page asks you to log in to this network, do so first",
        found.map_or("more bytes".to_owned(), |found| format!("{found} bytes"))
    )]
    WrongLength {
        /// The host.
        host: String,
        /// The declared length, in bytes; `None` if more bytes than expected arrived.
        found: Option<u64>,
        /// The size of the model's file, in bytes.
        expected: u64,
    },
    /// The file is not the published one: its SHA-1 is wrong.
    #[error(
        "what {host} sent is not the model: its SHA-1 is {found} and should be {expected}; nothing was kept; try again, or name another address with --from URL"
    )]
    WrongSum {
        /// The host.
        host: String,
        /// The published SHA-1.
        expected: String,
        /// The SHA-1 of the downloaded file.
        found: String,
    },
    /// Another process is downloading the model.
    #[error("another aloud is fetching this model; wait until it is done")]
    Busy,
    /// The disk is full.
    #[error("there is no room for the model on the disk of {}; free {} MB and run the same command again", folder.display(), megabytes(*missing))]
    NoRoom {
        /// The folder of the model files.
        folder: PathBuf,
        /// The missing disk space, in bytes.
        missing: u64,
    },
    /// The file cannot be written.
    #[error("{} cannot be written: {reason}", path.display())]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// The downloaded file cannot be read.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Converts bytes to megabytes, rounded up, so that the result is 0 only for 0 bytes.
fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

/// Downloads a model file from the URL `from`, or from the model's published URL if `from` is `None`, to `destination`.
/// `arrived` is called with the total number of bytes so far.
///
/// # Errors
/// If the download fails, another process is downloading the model, the disk is full, or the checksum does not match.
/// The partial download is kept for resumption unless its length or checksum is wrong.
pub fn fetch(
    model: &KnownModel,
    from: Option<&str>,
    destination: &Path,
    timeouts: &Timeouts,
    arrived: &mut dyn FnMut(u64),
) -> Result<(), FetchError> {
    let start = parse_url(from.unwrap_or(&model.source))?;
    let folder = destination.parent().unwrap_or(Path::new("."));
    make_private_folder(folder).map_err(|reason| not_writable(folder, reason))?;
    let downloader = Downloader { agent: agent(&start, timeouts)?, model, start };
    let mut part = PartialDownload::open(destination, model)?;
    let fetched = downloader.fetch_verified(&mut part, timeouts, arrived);
    if part.arrived == 0 {
        let _ = fs::remove_file(&part.path);
    }
    fetched?;
    fs::rename(&part.path, destination).map_err(|reason| not_writable(destination, reason))?;
    sync_folder(destination);
    Ok(())
}

/// Returns the size of a model's partial download, in bytes; 0 if there is none.
pub fn partial_bytes(destination: &Path) -> u64 {
    fs::metadata(partial_path(destination)).map_or(0, |m| m.len())
}

fn partial_path(destination: &Path) -> PathBuf {
    let mut name = destination.file_name().unwrap_or_default().to_owned();
    name.push(PARTIAL_EXTENSION);
    destination.with_file_name(name)
}

/// A partial download, locked against other processes.
struct PartialDownload<'a> {
    path: PathBuf,
    file: File,
    arrived: u64,
    model: &'a KnownModel,
}

impl<'a> PartialDownload<'a> {
    fn open(destination: &Path, model: &'a KnownModel) -> Result<Self, FetchError> {
        let path = partial_path(destination);
        let wrong = |reason| not_writable(&path, reason);
        let file = open_private(&path).map_err(wrong)?;
        if matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) {
            return Err(FetchError::Busy);
        }
        let arrived = file.metadata().map_err(wrong)?.len();
        let mut part = Self { path, file, arrived, model };
        if arrived > model.bytes {
            part.clear()?;
        }
        let room = fs4::available_space(part.folder()).unwrap_or(u64::MAX);
        let missing = (model.bytes - part.arrived).saturating_sub(room);
        if missing > 0 {
            if part.arrived == 0 {
                let _ = fs::remove_file(&part.path);
            }
            return Err(FetchError::NoRoom { folder: part.folder().to_path_buf(), missing });
        }
        Ok(part)
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Discards the bytes that have arrived.
    fn clear(&mut self) -> Result<(), FetchError> {
        self.arrived = 0;
        self.file.set_len(0).map_err(|reason| self.unwritten(reason))
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        let written = self.file.seek(SeekFrom::Start(self.arrived)).and_then(|_| self.file.write_all(bytes));
        written.map_err(|reason| self.unwritten(reason))?;
        self.arrived += bytes.len() as u64;
        Ok(())
    }

    fn unwritten(&self, reason: io::Error) -> FetchError {
        match reason.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                FetchError::NoRoom { folder: self.folder().to_path_buf(), missing: self.model.bytes - self.arrived }
            }
            _ => not_writable(&self.path, reason),
        }
    }
}

fn not_writable(path: &Path, reason: io::Error) -> FetchError {
    FetchError::NotWritable { path: path.to_path_buf(), reason }
}

/// The downloader of one model file: its URL and the HTTP client.
struct Downloader<'a> {
    agent: Agent,
    model: &'a KnownModel,
    start: Uri,
}

impl Downloader<'_> {
    /// Downloads the file and verifies its SHA-1. If a resumed download has the wrong SHA-1, the file is downloaded
    /// once more from the start.
    fn fetch_verified(
        &self,
        part: &mut PartialDownload<'_>,
        timeouts: &Timeouts,
        arrived: &mut dyn FnMut(u64),
    ) -> Result<(), FetchError> {
        let mut resumed = part.arrived > 0;
        loop {
            self.fetch_retrying(part, timeouts, arrived)?;
            part.file.sync_all().map_err(|reason| part.unwritten(reason))?;
            match check(self.model, &part.path) {
                Ok(()) => return Ok(()),
                Err(ModelError::WrongSum { expected, found, .. }) => {
                    part.clear()?;
                    if !std::mem::take(&mut resumed) {
                        return Err(FetchError::WrongSum { host: host(&self.start).to_owned(), expected, found });
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Downloads the missing bytes, and retries until [`Timeouts::tries`] consecutive retries bring no progress.
    fn fetch_retrying(
        &self,
        part: &mut PartialDownload<'_>,
        timeouts: &Timeouts,
        arrived: &mut dyn FnMut(u64),
    ) -> Result<(), FetchError> {
        let mut tag = None;
        let (mut tries, mut most) = (0, part.arrived);
        while part.arrived < self.model.bytes {
            let Err(error) = self.fetch_once(part, &mut tag, arrived) else { continue };
            if part.arrived > most {
                (tries, most) = (timeouts.tries, part.arrived);
            }
            let passing =
                matches!(&error, FetchError::Cut { .. } | FetchError::Unreachable { .. } | FetchError::Status { .. });
            if !passing || tries == 0 {
                return Err(error);
            }
            tries -= 1;
            std::thread::sleep(timeouts.pause);
        }
        Ok(())
    }

    /// Makes one request, and downloads until the file is complete or the connection ends.
    fn fetch_once(
        &self,
        part: &mut PartialDownload<'_>,
        tag: &mut Option<String>,
        arrived: &mut dyn FnMut(u64),
    ) -> Result<(), FetchError> {
        let (response, at) = self.request_from(part.arrived, tag.as_deref())?;
        let host = host(&at).to_owned();
        let expected = self.model.bytes;
        let other_length = |found| FetchError::WrongLength { host: host.clone(), found, expected };
        match response.status() {
            StatusCode::PARTIAL_CONTENT => match content_range(&response) {
                Some((start, whole)) if start == part.arrived && whole.is_none_or(|whole| whole == expected) => {}
                Some((start, Some(whole))) if start == part.arrived => return Err(other_length(Some(whole))),
                _ if part.arrived > 0 => return part.clear(), // not the requested range: request the whole file
                _ => return Err(FetchError::Status { host, status: StatusCode::PARTIAL_CONTENT }),
            },
            StatusCode::OK => {
                let length = header_text(&response, header::CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok());
                if let Some(length) = length.filter(|length| *length != expected) {
                    return Err(other_length(Some(length)));
                }
                part.clear()?;
            }
            StatusCode::RANGE_NOT_SATISFIABLE if part.arrived > 0 => return part.clear(),
            StatusCode::NOT_FOUND | StatusCode::GONE => return Err(FetchError::NotThere(host)),
            status => return Err(FetchError::Status { host, status }),
        }
        *tag = header_text(&response, header::ETAG).filter(|tag| !tag.starts_with("W/")).map(str::to_owned);
        let cut = |arrived, reason: String| FetchError::Cut { host: host.clone(), arrived, expected, reason };
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let n = match body.read(&mut buffer) {
                Ok(0) if part.arrived == expected => return Ok(()),
                Ok(0) => return Err(cut(part.arrived, "the connection ended".to_owned())),
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(cut(part.arrived, describe(&error.into()))),
            };
            if n as u64 > expected - part.arrived {
                part.clear()?;
                return Err(other_length(None));
            }
            part.append(&buffer[..n])?;
            arrived(part.arrived);
        }
    }

    /// Requests the file from byte `from` on, and follows redirects. Returns the response and the URL that it came
    /// from.
    fn request_from(&self, from: u64, tag: Option<&str>) -> Result<(Response<Body>, Uri), FetchError> {
        let mut at = self.start.clone();
        for _ in 0..=MAX_REDIRECTS {
            let mut request = self.agent.get(&at).header(header::ACCEPT_ENCODING, "identity");
            if from > 0 {
                request = request.header(header::RANGE, format!("bytes={from}-"));
                if let Some(tag) = tag {
                    request = request.header(header::IF_RANGE, tag);
                }
            }
            let response = request.call().map_err(|error| connection_error(&at, &error))?;
            if !response.status().is_redirection() {
                return Ok((response, at));
            }
            at = self.redirect_target(&at, header_text(&response, header::LOCATION).unwrap_or_default())?;
        }
        Err(FetchError::TooManyRedirects(host(&self.start).to_owned()))
    }

    /// Returns the target of a redirect from `at`, if it is allowed.
    fn redirect_target(&self, at: &Uri, location: &str) -> Result<Uri, FetchError> {
        let wrong = || FetchError::Unsafe { from: host(at).to_owned(), to: location.to_owned() };
        let next = resolve_url(at, location).and_then(|text| parse_url(&text).ok()).ok_or_else(wrong)?;
        if at.scheme_str() == Some("https") && next.scheme_str() != Some("https") {
            return Err(wrong());
        }
        let to = host(&next).to_ascii_lowercase();
        let own =
            |known: &String| to == *known || to.strip_suffix(known.as_str()).is_some_and(|sub| sub.ends_with('.'));
        if !to.eq_ignore_ascii_case(host(&self.start)) && !self.model.hosts.iter().any(own) {
            let from = host(at).to_owned();
            return Err(FetchError::OtherHost { from, to, address: next.to_string() });
        }
        Ok(next)
    }
}

/// Creates the HTTP client: with the system's certificates and the environment's proxy, and without automatic
/// redirects.
fn agent(start: &Uri, timeouts: &Timeouts) -> Result<Agent, FetchError> {
    let proxy = if is_this_machine(host(start)) { None } else { proxy()? };
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        .user_agent(concat!("aloud/", env!("CARGO_PKG_VERSION")))
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_resolve(Some(timeouts.connect))
        .timeout_connect(Some(timeouts.connect))
        .timeout_recv_response(Some(timeouts.silence))
        .timeout_per_read(Some(timeouts.silence))
        .build();
    Ok(config.new_agent())
}

/// Returns the proxy set in the environment, if any.
fn proxy() -> Result<Option<Proxy>, FetchError> {
    let proxy = Proxy::try_from_env();
    let named = |name: &&str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
    match PROXY_VARIABLES.into_iter().find(named) {
        Some(name) if proxy.is_none() => Err(FetchError::BadProxy(name)),
        _ => Ok(proxy),
    }
}

/// Returns whether a host is the local machine, for which no proxy is used.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn parse_url(text: &str) -> Result<Uri, FetchError> {
    let wrong = || FetchError::BadAddress(text.to_owned());
    let uri: Uri = text.trim().parse().map_err(|_| wrong())?;
    let right = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty());
    if right { Ok(uri) } else { Err(wrong()) }
}

/// Resolves the target of a redirect, which may be relative, against the URL `at`.
fn resolve_url(at: &Uri, location: &str) -> Option<String> {
    let (scheme, authority) = (at.scheme_str()?, at.authority()?);
    let location = location.split('#').next().unwrap_or_default();
    Some(match location {
        "" => return None,
        whole if whole.contains("://") && !whole.starts_with('/') => whole.to_owned(),
        beside if beside.starts_with("//") => format!("{scheme}:{beside}"),
        path if path.starts_with('/') => format!("{scheme}://{authority}{path}"),
        name => {
            let folder = at.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{scheme}://{authority}{folder}/{name}")
        }
    })
}

fn host(at: &Uri) -> &str {
    at.host().unwrap_or_default()
}

fn header_text(response: &Response<Body>, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Parses the `Content-Range` header: the start of the range, and the length of the whole file, if given.
fn content_range(response: &Response<Body>) -> Option<(u64, Option<u64>)> {
    let (range, whole) = header_text(response, header::CONTENT_RANGE)?.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.trim().parse().ok()?, whole.trim().parse().ok()))
}

fn connection_error(at: &Uri, error: &HttpError) -> FetchError {
    let host = host(at).to_owned();
    let reason = describe(error);
    match tls_error(error) {
        Some(_) => FetchError::NotSafe { host, reason },
        None => FetchError::Unreachable { host, reason },
    }
}

/// Returns the TLS error inside an HTTP error, if any.
fn tls_error(error: &HttpError) -> Option<&rustls::Error> {
    match error {
        HttpError::Rustls(error) => Some(error),
        HttpError::Io(error) => error.get_ref().and_then(|inner| inner.downcast_ref()),
        _ => None,
    }
}

/// Describes an HTTP error in plain words.
fn describe(error: &HttpError) -> String {
    match (error, tls_error(error)) {
        (_, Some(rustls::Error::InvalidCertificate(_))) => "its certificate is not trusted".to_owned(),
        (_, Some(error)) => error.to_string(),
        (HttpError::HostNotFound, _) => "no such host is known".to_owned(),
        (HttpError::Timeout(_), _) => "nothing came for too long".to_owned(),
        (HttpError::ConnectProxyFailed(reason), _) => format!("the proxy refuses: {reason}"),
        (HttpError::Io(error), _) => match error.kind() {
            io::ErrorKind::ConnectionRefused => "the connection is refused".to_owned(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => "the connection ended".to_owned(),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "nothing came for too long".to_owned(),
            _ => error.to_string(),
        },
        _ => error.to_string(),
    }
}
