//! Percent-encoding for URIs.

/// Percent-encodes everything but letters, digits, `-_.~` (the unreserved characters of RFC 3986, section 2.3) and the
/// ASCII characters in `also_kept`.
pub fn percent_encoded(text: &str, also_kept: &str) -> String {
    let encode = |byte: u8| {
        let c = char::from(byte);
        let is_kept = c.is_ascii_alphanumeric() || "-_.~".contains(c) || (c.is_ascii() && also_kept.contains(c));
        if is_kept { c.to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_uri_gives_a_meaning_is_encoded() {
        assert_eq!(percent_encoded("a b/c?d#e%.é~", ""), "a%20b%2Fc%3Fd%23e%25.%C3%A9~");
        assert_eq!(percent_encoded("/home/é", "/"), "/home/%C3%A9");
    }
}
