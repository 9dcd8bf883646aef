//! Web pages: one file each, without a network, for a screen of any width, a keyboard, a dark or a light room, and paper.
//!
//! Templates (askama) escape whatever they are given. The page's own style and script are the only ones that its
//! content security policy lets run, by their SHA-256; it can load nothing and send nothing. [`lanes`] is a drawing of its own too.

pub mod chart;
pub mod lanes;
pub mod opus;
pub mod picture;
pub mod progress;
pub mod report;
pub mod sound;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The style of every page.
const STYLE: &str = include_str!("templates/style.css");
/// The style of the lanes, on a page and in a picture.
const LANES_STYLE: &str = include_str!("templates/lanes.css");

/// Removes what no page and no picture may contain: control characters and noncharacters, which names of
/// files and imported texts can have.
fn printable(document: String) -> String {
    let unfit = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if document.contains(unfit) { document.replace(unfit, "\u{fffd}") } else { document }
}

/// The content security policy for a page with these styles and this script; `media` is what it may show and play.
fn policy(styles: &[&str], script: &str, media: &str) -> String {
    let styles: Vec<String> = styles.iter().map(|style| allowed(style)).collect();
    format!(
        "default-src 'none'; style-src {}; script-src {}; {media}base-uri 'none'; form-action 'none'",
        styles.join(" "),
        allowed(script)
    )
}

/// The hash of a style or script, as the policy names it.
fn allowed(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// Bytes as a data URL.
fn data_address(kind: &str, bytes: &[u8]) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(bytes))
}
