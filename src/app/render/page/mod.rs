//! Web pages: single files that need no network and suit screens of any width, keyboards, light and dark mode, and
//! print.
//!
//! Templates (askama) escape all values. The content security policy admits only the page's own style and script, by
//! their SHA-256; the page can load nothing and send nothing. [`lanes`] can also be drawn as a separate picture.

pub mod chart;
pub mod interview;
pub mod lanes;
pub mod opus;
pub mod people;
pub mod person;
pub mod picture;
pub mod progress;
pub mod report;
pub mod sound;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The style shared by all pages.
const STYLE: &str = include_str!("templates/style.css");
/// The style of the lanes, both on a page and in a picture.
const LANES_STYLE: &str = include_str!("templates/lanes.css");

/// Removes the characters that pages and pictures must not contain: control characters and noncharacters, which file
/// names and imported texts may have.
fn printable(document: String) -> String {
    let unfit = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if document.contains(unfit) { document.replace(unfit, "\u{fffd}") } else { document }
}

/// Returns the content security policy of a page with these styles and this script; `media` are the directives for
/// images and audio.
fn policy(styles: &[&str], script: &str, media: &str) -> String {
    let styles: Vec<String> = styles.iter().map(|style| allowed(style)).collect();
    format!(
        "default-src 'none'; style-src {}; script-src {}; {media}base-uri 'none'; form-action 'none'",
        styles.join(" "),
        allowed(script)
    )
}

/// Returns the policy's source expression for a style or script: its SHA-256.
fn allowed(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// Encodes bytes as a data URL.
fn data_address(kind: &str, bytes: &[u8]) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(bytes))
}
