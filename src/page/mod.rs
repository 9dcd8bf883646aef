//! Web pages: one file each, without a network, for a screen of any width, a keyboard, a dark or a light room, and paper.
//!
//! Templates (askama) escape whatever they are given. The page's own style and script are the only ones that its
//! content security policy lets run, by their SHA-256; it can load nothing and send nothing.

pub mod chart;
pub mod progress;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The style of every page.
const STYLE: &str = include_str!("templates/style.css");

/// The policy for a page with this script.
fn policy(script: &str) -> String {
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        allowed(STYLE),
        allowed(script)
    )
}

/// What is allowed to run, as the policy names it.
fn allowed(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}
