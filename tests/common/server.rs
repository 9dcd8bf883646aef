//! A web server on loopback that does what a test asks for, right or wrong: the test sees each request and writes the
//! bytes of the response itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The first line, such as `GET /model.bin HTTP/1.1`.
    pub line: String,
    headers: Vec<(String, String)>,
}

impl Request {
    /// Returns a header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the first byte of the requested range; 0 without a range.
    pub fn first_byte(&self) -> usize {
        let range = self.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
        range.map_or(0, |first| first.parse().expect("a number"))
    }
}

/// A connection, encrypted or not.
pub trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

/// The server, which stops when the test ends.
pub struct Server {
    /// The port that the server listens on.
    pub port: u16,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server that answers each connection with what `answer` writes, then closes the connection.
    pub fn new(answer: impl Fn(&Request, &mut dyn Wire) + Send + Sync + 'static) -> Self {
        Self::start(None, answer)
    }

    /// Starts the same server behind TLS.
    pub fn encrypted(
        tls: Arc<rustls::ServerConfig>,
        answer: impl Fn(&Request, &mut dyn Wire) + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(tls), answer)
    }

    fn start(
        tls: Option<Arc<rustls::ServerConfig>>,
        answer: impl Fn(&Request, &mut dyn Wire) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let port = listener.local_addr().expect("its address").port();
        let asked = Arc::<Mutex<Vec<Request>>>::default();
        let (heard, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (heard, answer, tls) = (Arc::clone(&heard), Arc::clone(&answer), tls.clone());
                std::thread::spawn(move || match tls {
                    None => serve(stream, &heard, &*answer),
                    Some(tls) => {
                        let connection = rustls::ServerConnection::new(tls).expect("a connection");
                        let mut wire = rustls::StreamOwned::new(connection, stream);
                        serve(&mut wire, &heard, &*answer);
                        wire.conn.send_close_notify();
                        let _ = wire.flush();
                    }
                });
            }
        });
        Self { port, asked }
    }

    /// Returns a URL on this server with the given scheme and host.
    pub fn address(&self, scheme: &str, host: &str, path: &str) -> String {
        format!("{scheme}://{host}:{}{path}", self.port)
    }

    /// Returns an `http` URL on this server.
    pub fn url(&self, path: &str) -> String {
        self.address("http", "127.0.0.1", path)
    }

    /// Returns the requests received so far.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().expect("no test broke off").clone()
    }
}

fn serve(mut wire: impl Wire, heard: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request, &mut dyn Wire)) {
    let Some(request) = request(&mut wire) else { return };
    heard.lock().expect("no test broke off").push(request.clone());
    answer(&request, &mut wire);
}

/// Reads a request; returns `None` if the connection sends none.
pub fn request(wire: &mut dyn Wire) -> Option<Request> {
    let mut lines = BufReader::with_capacity(1, wire).lines();
    let line = lines.next()?.ok()?;
    let headers = lines.map_while(Result::ok).take_while(|line| !line.is_empty());
    let headers = headers.filter_map(|line| line.split_once(':').map(|(a, b)| (a.to_lowercase(), b.trim().to_owned())));
    let headers = headers.collect();
    Some(Request { line, headers })
}

/// Writes the status line and headers of a response. Write errors are ignored, since the client may hang up.
pub fn head(wire: &mut dyn Wire, status: &str, headers: &[(&str, &str)]) {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let _ = write!(wire, "HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n");
}

/// Answers as a correct server does: the whole body, or the requested range.
pub fn good(request: &Request, wire: &mut dyn Wire, body: &[u8]) {
    let first = request.first_byte();
    let length = (body.len() - first).to_string();
    if first == 0 {
        head(wire, "200 OK", &[("Content-Length", &length)]);
    } else {
        let range = format!("bytes {first}-{}/{}", body.len() - 1, body.len());
        head(wire, "206 Partial Content", &[("Content-Length", &length), ("Content-Range", &range)]);
    }
    let _ = wire.write_all(&body[first..]);
    let _ = wire.flush();
}
