//! A small file system, for what happens when a disk is full or cannot be written.

use std::path::Path;
use std::process::Command;

/// A small file system of its own, while it lasts; `None` where this user may not make one.
pub struct Mount(tempfile::TempDir);

impl Mount {
    /// Makes one of a size, such as `1m`.
    pub fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size},mode=755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            Some(Self(folder))
        } else {
            eprintln!("skipped: only root can make the small or read-only file system that this needs");
            None
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// From now on nothing can be written to it.
    pub fn make_read_only(&self) {
        let remount = Command::new("mount").args(["-o", "remount,ro"]).arg(self.path()).status().unwrap();
        assert!(remount.success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}
