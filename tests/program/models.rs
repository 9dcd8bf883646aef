//! Downloads of a speech model, from a web server on loopback that makes every mistake that a server or a connection
//! can.

use crate::common;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::common::mount::Mount;
use crate::common::server::{Request, Server, Wire, good, head, request};
use crate::common::{aloud, root};
use aloud::app::models::fetch::{FetchError, Timeouts, fetch, partial_bytes};
use aloud::app::models::{KnownModel, check, known};
use sha1::{Digest, Sha1};

/// The size of the file that most tests download, in bytes.
const BYTES: usize = 300_000;
/// The offset of each cut, in bytes.
const CUT: usize = 100_000;

/// Returns the contents of a meaningless file, the same on every run.
fn body() -> &'static [u8] {
    static BODY: OnceLock<Vec<u8>> = OnceLock::new();
    BODY.get_or_init(|| {
        let mut state = 1_u32;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..BYTES).map(next).collect()
    })
}

/// Returns the model of that file.
fn model() -> KnownModel {
    let sha1 = Sha1::digest(body()).iter().map(|b| format!("{b:02x}")).collect();
    KnownModel {
        name: "test".to_owned(),
        file: "ggml-test.bin".to_owned(),
        bytes: BYTES as u64,
        sha1,
        languages: "none".to_owned(),
        default: false,
        licence: "MIT".to_owned(),
        licence_of: "nobody".to_owned(),
        source: "https://models.invalid/ggml-test.bin".to_owned(),
        hosts: vec!["models.invalid".to_owned()],
    }
}

/// Returns short timeouts, so that the tests are quick.
fn timeouts() -> Timeouts {
    let ms = Duration::from_millis;
    Timeouts { connect: ms(2_000), silence: ms(300), tries: 2, pause: ms(10) }
}

/// A folder to download into.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn place(&self) -> std::path::PathBuf {
        self.0.path().join("models/ggml-test.bin")
    }

    fn part(&self) -> std::path::PathBuf {
        self.0.path().join("models/ggml-test.bin.part")
    }

    fn leave_part(&self, bytes: &[u8]) {
        std::fs::create_dir_all(self.part().parent().unwrap()).unwrap();
        std::fs::write(self.part(), bytes).unwrap();
    }

    fn fetch(&self, url: &str) -> Result<(), FetchError> {
        fetch(&model(), Some(url), &self.place(), &timeouts(), &mut |_| {})
    }

    /// Downloads, which must fail, and returns the error message; no file may have the name of the model.
    fn fails(&self, url: &str) -> String {
        let error = self.fetch(url).unwrap_err().to_string();
        assert!(!self.place().exists(), "{error}");
        assert!(!error.contains('\n'), "{error}");
        error
    }

    /// Downloads, after which the file must be correct and the only one in its folder.
    fn succeeds(&self, url: &str) {
        self.fetch(url).unwrap();
        assert_eq!(std::fs::read(self.place()).unwrap(), body());
        assert_eq!(std::fs::read_dir(self.place().parent().unwrap()).unwrap().count(), 1);
    }
}

/// Starts a server that passes the number of each request, from 0.
fn counted(answer: impl Fn(usize, &Request, &mut dyn Wire) + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::new(move |request, wire| answer(count.fetch_add(1, Ordering::SeqCst), request, wire))
}

fn good_server() -> Server {
    Server::new(|request, wire| good(request, wire, body()))
}

/// Promises everything from the requested offset, and stops after `CUT` bytes.
fn cut(request: &Request, wire: &mut dyn Wire, tag: &str) {
    let first = request.first_byte();
    let length = (BYTES - first).to_string();
    let range = format!("bytes {first}-{}/{BYTES}", BYTES - 1);
    match first {
        0 => head(wire, "200 OK", &[("Content-Length", &length), ("ETag", tag)]),
        _ => {
            head(wire, "206 Partial Content", &[("Content-Length", &length), ("Content-Range", &range), ("ETag", tag)])
        }
    }
    let _ = wire.write_all(&body()[first..BYTES.min(first + CUT)]);
}

#[test]
fn a_model_arrives_whole_and_for_its_owner_alone() {
    let (server, folder) = (good_server(), Folder::new());
    let mut told = Vec::new();
    let url = server.url("/ggml-test.bin");
    fetch(&model(), Some(&url), &folder.place(), &timeouts(), &mut |n| told.push(n)).unwrap();
    assert_eq!(std::fs::read(folder.place()).unwrap(), body());
    assert!(told.is_sorted() && told.last() == Some(&(BYTES as u64)));
    let asked = server.asked();
    assert_eq!((asked.len(), asked[0].line.as_str()), (1, "GET /ggml-test.bin HTTP/1.1"));
    assert_eq!(asked[0].header("range"), None);
    assert_eq!(asked[0].header("user-agent"), Some(concat!("aloud/", env!("CARGO_PKG_VERSION"))));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder.place()), mode(folder.place().parent().unwrap())), (0o600, 0o700));
    }
}

#[test]
fn a_cut_connection_is_gone_on_with_at_once() {
    let server = Server::new(|request, wire| cut(request, wire, "\"one\""));
    let folder = Folder::new();
    folder.succeeds(&server.url("/"));
    let asked: Vec<_> =
        server.asked().iter().map(|r| (r.first_byte(), r.header("if-range").map(str::to_owned))).collect();
    let tag = Some("\"one\"".to_owned());
    assert_eq!(asked, [(0, None), (CUT, tag.clone()), (2 * CUT, tag)]);
}

#[test]
fn what_has_arrived_is_kept_for_the_next_time() {
    let gone = counted(|n, request, wire| {
        if n == 0 {
            cut(request, wire, "W/\"weak\"");
        }
    });
    let folder = Folder::new();
    let told = folder.fails(&gone.url("/"));
    assert!(told.contains("127.0.0.1 cannot be reached") && told.contains("run the same command again"), "{told}");
    assert_eq!(gone.asked().len(), 3, "two more tries");
    assert_eq!(gone.asked()[1].header("if-range"), None, "a weak tag says nothing of bytes");
    assert_eq!(std::fs::read(folder.part()).unwrap(), &body()[..CUT]);
    assert_eq!(partial_bytes(&folder.place()), CUT as u64);
    let server = good_server();
    folder.succeeds(&server.url("/"));
    assert_eq!(server.asked()[0].first_byte(), CUT);
}

#[test]
fn a_line_that_brings_nothing_more_is_given_up() {
    let server = Server::new(|_, wire| {
        head(wire, "200 OK", &[("Content-Length", &BYTES.to_string())]);
        let _ = wire.write_all(&body()[..CUT]);
    });
    let folder = Folder::new();
    let told = folder.fails(&server.url("/")); // the server does not support ranges, so no attempt gets further
    assert!(told.contains("stopped after 1 of 1 MB (the connection ended)") && told.contains("is kept"), "{told}");
    assert_eq!(server.asked().len(), 3);
    assert_eq!(std::fs::metadata(folder.part()).unwrap().len(), CUT as u64);
}

#[test]
fn a_part_of_something_else_costs_one_fetch_from_the_start() {
    let (server, folder) = (good_server(), Folder::new());
    folder.leave_part(&[7; CUT]);
    folder.succeeds(&server.url("/"));
    let asked: Vec<usize> = server.asked().iter().map(Request::first_byte).collect();
    assert_eq!(asked, [CUT, 0]);

    for wrong in [BYTES, BYTES + 1] {
        let (server, folder) = (good_server(), Folder::new());
        folder.leave_part(&vec![7; wrong]);
        folder.succeeds(&server.url("/"));
        assert_eq!(server.asked().len(), 1);
    }
    let (server, folder) = (good_server(), Folder::new());
    folder.leave_part(body());
    folder.succeeds(&server.url("/"));
    assert!(server.asked().is_empty(), "it was all there");
}

#[test]
fn servers_that_know_no_ranges_or_other_ones_are_asked_for_all() {
    let whole = Server::new(|_, wire| {
        head(wire, "200 OK", &[("Content-Length", &BYTES.to_string())]);
        let _ = wire.write_all(body());
    });
    let refuses = Server::new(|request, wire| match request.first_byte() {
        0 => good(request, wire, body()),
        _ => head(wire, "416 Range Not Satisfiable", &[("Content-Range", &format!("bytes */{BYTES}"))]),
    });
    let elsewhere = Server::new(|request, wire| match request.first_byte() {
        0 => good(request, wire, body()),
        _ => {
            let range = format!("bytes 5-{}/{BYTES}", BYTES - 1);
            head(wire, "206 Partial Content", &[("Content-Range", &range)]);
            let _ = wire.write_all(&body()[5..]);
        }
    });
    for (server, requests) in [(whole, 1), (refuses, 2), (elsewhere, 2)] {
        let folder = Folder::new();
        folder.leave_part(&body()[..CUT]);
        folder.succeeds(&server.url("/"));
        assert_eq!(server.asked().len(), requests);
    }
}

#[test]
fn a_wrong_file_never_gets_the_models_name() {
    let server = Server::new(|request, wire| {
        let mut wrong = body().to_vec();
        wrong[BYTES / 2] ^= 1;
        good(request, wire, &wrong);
    });
    let folder = Folder::new();
    let told = folder.fails(&server.url("/"));
    assert!(told.contains("its SHA-1 is") && told.contains("nothing was kept"), "{told}");
    assert!(!folder.part().exists());

    // The earlier file is still there.
    std::fs::write(folder.place(), "before").unwrap();
    assert!(folder.fetch(&server.url("/")).is_err());
    assert_eq!(std::fs::read(folder.place()).unwrap(), b"before");
    folder.succeeds(&good_server().url("/"));
}

#[test]
fn a_shorter_or_longer_file_is_refused() {
    let short = Server::new(|_, wire| {
        head(wire, "200 OK", &[("Content-Length", "1000")]);
        let _ = wire.write_all(&body()[..1000]);
    });
    let folder = Folder::new();
    folder.leave_part(&body()[..CUT]);
    let told = folder.fails(&short.url("/"));
    assert!(told.contains("it has 1000 bytes instead of 300000") && told.contains("log in"), "{told}");
    assert_eq!(std::fs::read(folder.part()).unwrap(), &body()[..CUT], "a login page costs nothing that was here");

    let unsaid = Server::new(|_, wire| {
        head(wire, "200 OK", &[]);
        let _ = wire.write_all(&body()[..1000]);
    });
    let told = Folder::new().fails(&unsaid.url("/"));
    assert!(told.contains("stopped after 1 of 1 MB"), "{told}");

    let long = Server::new(|_, wire| {
        head(wire, "200 OK", &[("Content-Length", &(BYTES + 1).to_string())]);
        let _ = wire.write_all(body());
    });
    assert!(Folder::new().fails(&long.url("/")).contains("300001 bytes instead of 300000"));
    let long = Server::new(|_, wire| {
        let range = format!("bytes {CUT}-{}/{}", BYTES, BYTES + 1);
        head(wire, "206 Partial Content", &[("Content-Range", &range)]);
    });
    let folder = Folder::new();
    folder.leave_part(&body()[..CUT]);
    assert!(folder.fails(&long.url("/")).contains("300001 bytes instead of 300000"));

    // An endless file: aloud hangs up as soon as there is too much.
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let endless = Server::new(move |_, wire| {
        head(wire, "200 OK", &[]);
        while wire.write_all(&[7; 10_000]).is_ok() {
            count.fetch_add(10_000, Ordering::SeqCst);
        }
    });
    let folder = Folder::new();
    assert!(folder.fails(&endless.url("/")).contains("more bytes instead of 300000"));
    assert!(!folder.part().exists());
    std::thread::sleep(Duration::from_millis(100));
    let sent = sent.load(Ordering::SeqCst);
    assert!(sent < 30_000_000, "the server got rid of {sent} bytes");
}

#[test]
fn what_a_server_answers_instead_is_said() {
    for (status, words) in [
        ("404 Not Found", "has no such file (404)"),
        ("410 Gone", "has no such file"),
        ("403 Forbidden", "answers 403 Forbidden; try again later"),
        ("503 Service Unavailable", "answers 503 Service Unavailable"),
        ("204 No Content", "answers 204 No Content"),
        ("302 Found", "sends on from https to , which is not encrypted or no address"),
    ] {
        let server = Server::new(move |_, wire| head(wire, status, &[("Content-Length", "0")]));
        let folder = Folder::new();
        let told = folder.fails(&server.url("/"));
        assert!(told.contains(words), "{status}: {told}");
        assert!(!folder.part().exists());
        assert_eq!(server.asked().len(), 1, "nothing came, so it is not tried again");
    }
    for garbage in
        ["", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "\0\0\0\0\r\n\r\n"]
    {
        let server = Server::new(move |_, wire| {
            let _ = wire.write_all(garbage.as_bytes());
        });
        let told = Folder::new().fails(&server.url("/"));
        assert!(told.contains("127.0.0.1"), "{told}");
    }
    let folder = Folder::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let told = folder.fails(&format!("http://127.0.0.1:{nobody}/"));
    assert!(told.contains("cannot be reached (the connection is refused)") && told.contains("HTTPS_PROXY"), "{told}");
    for address in ["ftp://127.0.0.1/model", "model.bin", "/etc/passwd", "https://", "http:///x", "file:///etc/passwd"]
    {
        assert!(folder.fails(address).contains("is no address to fetch from"), "{address}");
    }
}

#[test]
fn chunks_are_put_together() {
    let server = Server::new(|_, wire| {
        head(wire, "200 OK", &[("Transfer-Encoding", "chunked")]);
        for chunk in body().chunks(7_001) {
            let _ = write!(wire, "{:x}\r\n", chunk.len());
            let _ = wire.write_all(chunk).and_then(|()| wire.write_all(b"\r\n"));
        }
        let _ = wire.write_all(b"0\r\n\r\n");
    });
    Folder::new().succeeds(&server.url("/"));
}

#[test]
fn it_follows_to_its_own_hosts_and_to_nobody_else() {
    let server = Server::new(|request, wire| match request.line.split(' ').nth(1).unwrap() {
        "/a/relative" => head(wire, "302 Found", &[("Location", "beside?x=1")]),
        "/a/beside?x=1" => head(wire, "301 Moved Permanently", &[("Location", "/root")]),
        "/root" => head(
            wire,
            "307 Temporary Redirect",
            &[("Location", &format!("//{}/end#part", request.header("host").unwrap()))],
        ),
        "/end" | "/end?signed=yes" => good(request, wire, body()),
        "/round" => head(wire, "302 Found", &[("Location", "/round")]),
        "/other" => {
            let port = request.header("host").unwrap().rsplit_once(':').unwrap().1;
            head(wire, "302 Found", &[("Location", &format!("http://LOCALHOST:{port}/end?signed=yes"))]);
        }
        path => head(wire, "302 Found", &[("Location", path.strip_prefix("/to/").unwrap())]),
    });
    let folder = Folder::new();
    folder.leave_part(&body()[..CUT]);
    folder.succeeds(&server.url("/a/relative"));
    assert!(server.asked().iter().all(|r| r.first_byte() == CUT), "the range goes along");
    assert_eq!(server.asked().len(), 4);

    assert!(Folder::new().fails(&server.url("/round")).contains("again and again"));
    assert!(server.asked().len() < 4 + 12);
    let asked = server.asked().len();
    let told = Folder::new().fails(&server.url("/other"));
    let address = format!("--from 'http://LOCALHOST:{}/end?signed=yes'", server.port);
    assert!(
        told.contains("127.0.0.1 sends on to localhost, which is not a host of") && told.contains(&address),
        "{told}"
    );
    assert_eq!(server.asked().len(), asked + 1, "the other host was not asked");
    for trick in ["http://models.invalid@localhost/", "http://models.invalid.localhost/", "http://notmodels.invalid/"] {
        assert!(
            Folder::new().fails(&server.url(&format!("/to/{trick}"))).contains("which is not a host of"),
            "{trick}"
        );
    }
    for trick in ["ftp://127.0.0.1/", "file:///etc/passwd", "http://", "javascript:x"] {
        let told = Folder::new().fails(&server.url(&format!("/to/{trick}")));
        assert!(
            told.contains("no address") || told.contains("no such file") || told.contains("again"),
            "{trick}: {told}"
        );
    }

    let listed = KnownModel { hosts: vec!["localhost".to_owned()], ..model() };
    let folder = Folder::new();
    fetch(&listed, Some(&server.url("/other")), &folder.place(), &timeouts(), &mut |_| {}).unwrap();
    assert!(folder.place().exists());
}

#[test]
fn slow_goes_on_and_silent_does_not() {
    let slow = Server::new(|_, wire| {
        head(wire, "200 OK", &[("Content-Length", &BYTES.to_string())]);
        for piece in body().chunks(BYTES / 12) {
            let _ = wire.write_all(piece);
            let _ = wire.flush();
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let begun = Instant::now();
    Folder::new().succeeds(&slow.url("/"));
    assert!(begun.elapsed() > 3 * timeouts().silence, "far longer than any silence may be");

    let stalls = Server::new(|_, wire| {
        head(wire, "200 OK", &[("Content-Length", &BYTES.to_string())]);
        let _ = wire.write_all(&body()[..CUT]);
        let _ = wire.flush();
        std::thread::sleep(Duration::from_secs(20));
    });
    let (folder, begun) = (Folder::new(), Instant::now());
    let told = folder.fails(&stalls.url("/"));
    assert!(told.contains("stopped after 1 of 1 MB (nothing came for too long)"), "{told}");
    assert_eq!(std::fs::read(folder.part()).unwrap(), &body()[..CUT]);
    assert!(begun.elapsed() < Duration::from_secs(5));

    let dumb = Server::new(|_, _| std::thread::sleep(Duration::from_secs(20)));
    let (folder, begun) = (Folder::new(), Instant::now());
    let told = folder.fails(&dumb.url("/"));
    assert!(told.contains("cannot be reached (nothing came for too long)"), "{told}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn two_do_not_fetch_the_same_at_once() {
    let server = Server::new(|request, wire| {
        std::thread::sleep(Duration::from_millis(200));
        good(request, wire, body());
    });
    let folder = Folder::new();
    let (url, place) = (server.url("/"), folder.place());
    let first = std::thread::spawn(move || fetch(&model(), Some(&url), &place, &timeouts(), &mut |_| {}));
    while server.asked().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(folder.fails(&server.url("/")).contains("another aloud is fetching this model"));
    first.join().unwrap().unwrap();
    assert_eq!(std::fs::read(folder.place()).unwrap(), body());
}

#[test]
fn the_published_model_comes_over_the_line_as_it_is() {
    let published = known().remove(0);
    let file = root().join("models").join(&published.file);
    let server = Server::new(move |request, wire| good(request, wire, &std::fs::read(&file).unwrap()));
    let folder = Folder::new();
    let place = folder.0.path().join(&published.file);
    fetch(&published, Some(&server.url("/")), &place, &timeouts(), &mut |_| {}).unwrap();
    check(&published, &place).unwrap();
}

// From here on the whole program is tested.

/// Returns a model that is in the manifest but not in the repository, so that it is not installed.
fn other() -> KnownModel {
    known().into_iter().find(|m| m.name == "tiny.en-q8_0").unwrap()
}

/// Returns the file of that model, if the shared folder exists.
fn others_file() -> Option<Vec<u8>> {
    let read = std::fs::read(root().join("../shared/models").join(other().file)).ok();
    if read.is_none() {
        eprintln!("skipped: ../shared/models is not there");
    }
    read
}

fn get(home: &Path, url: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = aloud(home);
    command.args(["models", "get", "tiny.en-q8_0", "--from", url]);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.envs(variables.iter().copied()).output().unwrap()
}

/// Returns the single line of a failure, without the output before it.
fn failure(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(output.stdout.is_empty());
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("aloud: ")).collect();
    assert_eq!(lines.len(), 1, "{said}");
    lines[0].to_owned()
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_the_part_and_the_same_command_goes_on() {
    let Some(file) = others_file() else { return };
    let half = file.len() / 2;
    let server = counted(move |n, request, wire| {
        if n > 0 {
            return good(request, wire, &file);
        }
        head(wire, "200 OK", &[("Content-Length", &file.len().to_string())]);
        let _ = wire.write_all(&file[..half]);
        let _ = wire.flush();
        std::thread::sleep(Duration::from_secs(20));
    });
    let home = tempfile::tempdir().unwrap();
    let part = home.path().join("data/aloud/models/ggml-tiny.en-q8_0.bin.part");
    let url = server.url("/model");
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("aloud"))
        .args(["models", "get", "tiny.en-q8_0", "--from", &url])
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .env("XDG_DATA_HOME", home.path().join("data"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while std::fs::metadata(&part).map_or(0, |m| m.len()) < half as u64 {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(10));
    }
    let pressed = Instant::now();
    let _ = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
    assert!(pressed.elapsed() < Duration::from_secs(2));
    let output = child.wait_with_output().unwrap();
    let told = failure(&output);
    assert_eq!(told, "aloud: stopped; 22 MB of 44 MB are kept, and the same command goes on from there");

    let output = get(home.path(), &url, &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("Fetching tiny.en-q8_0, 44 MB, 22 MB are here already"), "{said}");
    assert!(said.lines().count() <= 7, "one line for each tenth: {said}");
    assert_eq!(server.asked()[1].first_byte(), half);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.starts_with("tiny.en-q8_0: fetched, and its SHA-1 is right ("), "{told}");
    assert!(!part.exists());

    let verified = aloud(home.path()).args(["models", "verify"]).output().unwrap();
    assert!(String::from_utf8(verified.stdout).unwrap().contains("tiny.en-q8_0: right ("));
    let again = get(home.path(), &url, &[]);
    assert!(String::from_utf8(again.stdout).unwrap().contains("already here and right"));
    assert_eq!(server.asked().len(), 2);
    let answer = common::sample("too_short.flac");
    let analyzed = aloud(home.path()).arg("analyze").arg(&answer).args(["--json", "--model", "tiny.en-q8_0"]).output();
    let report: serde_json::Value = serde_json::from_slice(&analyzed.unwrap().stdout).unwrap();
    assert_eq!(report["transcript"]["model"], "tiny.en-q8_0");

    // A changed byte is detected before the model is used, and repaired by downloading again.
    let place = part.with_extension("");
    let mut bytes = std::fs::read(&place).unwrap();
    bytes[half] ^= 1;
    std::fs::write(&place, &bytes).unwrap();
    let told =
        failure(&aloud(home.path()).arg("analyze").arg(&answer).args(["--model", "tiny.en-q8_0"]).output().unwrap());
    assert!(told.contains("is damaged: its SHA-1 is") && told.contains("aloud models get tiny.en-q8_0"), "{told}");
    assert!(get(home.path(), &url, &[]).status.success());
    let verified = aloud(home.path()).args(["models", "verify"]).output().unwrap();
    assert!(String::from_utf8(verified.stdout).unwrap().contains("tiny.en-q8_0: right ("));
}

/// Creates a certificate authority for the tests, and the TLS configuration of a server on `localhost` and 127.0.0.1
/// with a certificate from it.
fn authority(folder: &Path) -> (String, Arc<rustls::ServerConfig>) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut of_authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(of_authority, KeyPair::generate().unwrap()).unwrap();
    let file = folder.join("authority.pem");
    std::fs::write(&file, issuer.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.serialize_der().try_into().unwrap())
        .unwrap();
    (file.display().to_string(), Arc::new(config))
}

#[test]
fn an_encrypted_line_is_checked_against_the_authorities_of_the_system() {
    let home = tempfile::tempdir().unwrap();
    let (authority, tls) = authority(home.path());
    let file = others_file();
    let there = file.is_some();
    let server = Server::encrypted(tls, move |request, wire| match request.line.split(' ').nth(1).unwrap() {
        "/plain" => head(wire, "302 Found", &[("Location", "http://localhost/model")]),
        "/beside" => head(wire, "302 Found", &[("Location", "/model")]),
        _ => match &file {
            Some(file) => good(request, wire, file),
            None => head(wire, "404 Not Found", &[]),
        },
    });
    let url = |path: &str| server.address("https", "localhost", path);
    let told = failure(&get(home.path(), &url("/model"), &[]));
    assert!(told.contains("is not safe (its certificate is not trusted)") && told.contains("SSL_CERT_FILE"), "{told}");
    assert!(server.asked().is_empty(), "it hung up before it asked for anything");

    let trusted = [("SSL_CERT_FILE", authority.as_str())];
    let told = failure(&get(home.path(), &server.address("https", "127.0.0.1", "/model"), &trusted));
    assert!(told.contains("is not safe"), "the certificate is for another name: {told}");
    let told = failure(&get(home.path(), &url("/plain"), &trusted));
    assert!(told.contains("sends on from https to http://localhost/model, which is not encrypted"), "{told}");
    let output = get(home.path(), &url("/beside"), &trusted);
    if there {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    } else {
        assert!(failure(&output).contains("localhost has no such file (404)"));
    }
}

/// Starts a proxy that accepts the requested tunnel and answers the tunnelled requests itself.
fn proxy() -> Server {
    Server::new(|asked, wire| {
        if !asked.line.starts_with("CONNECT ") {
            return head(wire, "404 Not Found", &[("Content-Length", "0")]);
        }
        let _ = wire.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
        if let Some(inner) = request(wire) {
            assert!(inner.line.starts_with("GET /model"), "{inner:?}");
            head(wire, "404 Not Found", &[("Content-Length", "0")]);
        }
    })
}

#[test]
fn a_proxy_of_the_environment_is_used() {
    let home = tempfile::tempdir().unwrap();
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"] {
        let proxy = proxy();
        let told = failure(&get(home.path(), "http://models.invalid/model", &[(name, &proxy.url(""))]));
        assert!(told.contains("models.invalid has no such file (404)"), "{name}: {told}");
        assert!(proxy.asked()[0].line.contains("models.invalid"), "{:?}", proxy.asked());
    }
    // Without --from, only the manifest's host is contacted, and only with encryption.
    let refusing = Server::new(|_, wire| head(wire, "407 Proxy Authentication Required", &[]));
    let output =
        aloud(home.path()).args(["models", "get", "tiny.en-q8_0"]).env("HTTPS_PROXY", refusing.url("")).output();
    let told = failure(&output.unwrap());
    assert!(told.contains("huggingface.co cannot be reached (the proxy refuses"), "{told}");
    assert!(refusing.asked().iter().all(|r| r.line == "CONNECT huggingface.co:443 HTTP/1.1"), "{:?}", refusing.asked());

    let unused = proxy();
    let target = Server::new(|_, wire| head(wire, "404 Not Found", &[]));
    failure(&get(home.path(), &target.url("/model"), &[("HTTPS_PROXY", &unused.url(""))]));
    let own = [("HTTPS_PROXY", unused.url("")), ("NO_PROXY", "models.invalid".to_owned())];
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let told = failure(&get(home.path(), "http://models.invalid/model", &own));
    assert!(told.contains("models.invalid cannot be reached"), "{told}");
    assert!(unused.asked().is_empty() && target.asked().len() == 1);

    let told = failure(&get(home.path(), "http://models.invalid/model", &[("HTTPS_PROXY", "http://")]));
    assert!(told.contains("the proxy in HTTPS_PROXY is not understood"), "{told}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_line() {
    let Some(small) = Mount::new("1m") else { return };
    let server = Server::new(|_, wire| head(wire, "404 Not Found", &[]));
    let data = small.path().display().to_string();
    let home = tempfile::tempdir().unwrap();
    let told = failure(&get(home.path(), &server.url("/"), &[("XDG_DATA_HOME", &data)]));
    assert!(told.contains("there is no room for the model on the disk of") && told.contains("free 43 MB"), "{told}");
    assert!(server.asked().is_empty(), "nobody was asked for what there is no room for");

    // The disk fills up during the download.
    let Some(filling) = Mount::new("1m") else { return };
    let other_file = filling.path().join("other");
    let server = Server::new(move |_, wire| {
        head(wire, "200 OK", &[("Content-Length", &BYTES.to_string())]);
        let _ = wire.write_all(&body()[..CUT]);
        let _ = wire.flush();
        std::thread::sleep(Duration::from_millis(100));
        let _ = std::fs::write(&other_file, vec![0; 1 << 20]);
        let _ = wire.write_all(&body()[CUT..]);
    });
    let place = filling.path().join("ggml-test.bin");
    let told = fetch(&model(), Some(&server.url("/")), &place, &timeouts(), &mut |_| {}).unwrap_err().to_string();
    assert!(told.contains("there is no room for the model") && !place.exists(), "{told}");
    std::fs::remove_file(filling.path().join("other")).unwrap();
    let server = good_server();
    fetch(&model(), Some(&server.url("/")), &place, &timeouts(), &mut |_| {}).unwrap();
    assert!(server.asked()[0].first_byte() >= CUT && std::fs::read(&place).unwrap() == body());
}

#[test]
fn a_wrong_name_and_a_wrong_address_are_said() {
    let home = tempfile::tempdir().unwrap();
    let output = aloud(home.path()).args(["models", "get", "enormous"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("the models are base-q8_0, tiny.en-q8_0"));
    let output = aloud(home.path()).args(["models", "get", "base-q8_0"]).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("base-q8_0: already here and right ("));
    assert!(failure(&get(home.path(), "models.bin", &[])).contains("models.bin is no address to fetch from"));
    let escape = failure(&get(home.path(), "http://127.0.0.1:1/\u{1b}[2J", &[]));
    assert!(!escape.contains('\u{1b}'), "{escape:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_a_bar_shows_how_much_is_here() {
    let server = Server::new(|_, wire| {
        let bytes = other().bytes as usize;
        head(wire, "200 OK", &[("Content-Length", &bytes.to_string())]);
        let _ = wire.write_all(&vec![0; bytes / 2]);
        let _ = wire.flush();
        std::thread::sleep(Duration::from_secs(2));
        let _ = wire.write_all(&vec![0; bytes - bytes / 2]);
    });
    let home = common::microphone::Home::without_microphone();
    let arguments = format!("models get tiny.en-q8_0 --from {}", server.url("/"));
    let terminal = common::terminal::Terminal::open(&home, 80, &arguments, &[]);
    terminal.wait("the bar at half", |screen| {
        screen.contains("Fetching tiny.en-q8_0") && screen.contains("21.78 MB of 43.55 MB")
    });
    let (code, raw) = terminal.end();
    assert_eq!(code, "1");
    let said: Vec<&str> = raw.split_whitespace().collect();
    assert!(said.join(" ").contains("is not the model: its SHA-1 is"), "{raw}");
}
