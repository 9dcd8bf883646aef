//! Makes system calls of the built program fail on demand (`fault.c`). Where the library cannot be built, the test says
//! "skipped".

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The `errno` of a call interrupted by a signal.
const EINTR: i32 = 4;
/// The `errno` of a broken disk.
const EIO: i32 = 5;
/// The `errno` of a missing permission.
const EACCES: i32 = 13;
/// The `errno` of too many open files.
const EMFILE: i32 = 24;
/// The `errno` of a full disk.
const ENOSPC: i32 = 28;
/// In place of an `errno`, a partial write: only half of the bytes are written.
const HALF: i32 = 0;

/// The ways in which each kind of call can fail: the error, and whether all later calls fail too.
const WAYS: [(&str, &[(i32, bool)]); 9] = [
    ("write", &[(EIO, false), (ENOSPC, true), (HALF, false), (EINTR, false)]),
    ("sync", &[(EIO, false), (EIO, true)]),
    ("rename", &[(EIO, false), (EACCES, true)]),
    ("open", &[(EACCES, false), (ENOSPC, true), (EMFILE, false)]),
    ("truncate", &[(EIO, false), (EIO, true)]),
    ("mkdir", &[(EACCES, false), (ENOSPC, true)]),
    ("link", &[(EIO, false), (EACCES, true)]),
    ("unlink", &[(EIO, false), (EACCES, true)]),
    ("chmod", &[(EACCES, false)]),
];

/// A call that the program made.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The kind of call, such as `write`.
    pub kind: String,
    /// The path of the file, with any process id removed from its name.
    pub path: String,
    /// Whether the call failed.
    pub failed: bool,
}

/// A fault to inject: one call that fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    kind: &'static str,
    /// The number of the call among those of its kind, from 1.
    at: usize,
    errno: i32,
    on: bool,
}

impl Fault {
    /// Returns every way in which each of these calls can fail.
    pub fn every(calls: &[Call]) -> Vec<Self> {
        let of = |(kind, ways): &(&'static str, &'static [(i32, bool)])| {
            let (kind, ways) = (*kind, *ways);
            let count = calls.iter().filter(|call| call.kind == kind).count();
            (1..=count)
                .flat_map(move |at| ways.iter().map(move |(errno, on)| Self { kind, at, errno: *errno, on: *on }))
        };
        WAYS.iter().flat_map(of).collect()
    }

    /// Returns whether the program can still succeed despite the fault.
    pub fn is_passing(&self) -> bool {
        self.errno == HALF || (self.errno == EINTR && self.kind == "write")
    }

    /// Returns the kind of call that fails.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.errno {
            HALF => "writes half".to_owned(),
            n => std::io::Error::from_raw_os_error(n).to_string(),
        };
        write!(f, "{} {}{}: {what}", self.kind, self.at, if self.on { " and later" } else { "" })
    }
}

/// Logs the program's calls on files below `folder` to `log`, and makes the call of `fault`, if any, fail.
pub fn inject(command: &mut Command, fault: Option<&Fault>, folder: &Path, log: &Path) {
    let library = library().expect("asked for before");
    command.env("LD_PRELOAD", library).env("ALOUD_FAULT_UNDER", folder).env("ALOUD_FAULT_LOG", log);
    if let Some(fault) = fault {
        command.env("ALOUD_FAULT_KIND", fault.kind).env("ALOUD_FAULT_AT", fault.at.to_string());
        command.env("ALOUD_FAULT_ERRNO", fault.errno.to_string()).env("ALOUD_FAULT_ON", u8::from(fault.on).to_string());
    }
}

/// Returns the calls in a log, with paths relative to `folder`.
pub fn calls(log: &Path, folder: &Path) -> Vec<Call> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let call = |line: &str| {
        let mut parts = line.split('\t');
        let (kind, path) = (parts.next()?.to_owned(), parts.next()?);
        let path = path.strip_prefix(folder.to_str()?)?.trim_start_matches('/');
        Some(Call { kind, path: path.to_owned(), failed: parts.next().is_some() })
    };
    text.lines().filter_map(call).collect()
}

/// Returns the library, built once; says so and returns `None` if it cannot be built.
pub fn library() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| {
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fault-{}.so", std::process::id()));
        let source = super::root().join("tests/common/fault.c");
        let compiled =
            Command::new("cc").args(["-O2", "-shared", "-fPIC", "-o"]).args([&built, &source]).arg("-ldl").output();
        compiled.is_ok_and(|output| output.status.success()).then_some(built)
    });
    if library.is_none() {
        super::skip_without_tool("calls cannot be made to fail: that needs Linux and a C compiler");
    }
    library.as_deref()
}
