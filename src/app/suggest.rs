//! "Did you mean ...?": suggests the known name that is most similar to a mistyped one.

/// Returns `did you mean 'conflict'? ` if a typed name is close to a known name; otherwise an empty string.
pub fn did_you_mean(typed: &str, names: &[impl AsRef<str>]) -> String {
    nearest(typed, names).map_or(String::new(), |name| format!("did you mean '{name}'? "))
}

/// The minimum Jaro similarity of a suggested name, as in clap.
const MIN_SIMILARITY: f64 = 0.7;

/// Returns the known name that is most similar to the typed one; `None` if none is similar.
pub fn nearest<'a>(typed: &str, names: &'a [impl AsRef<str>]) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let similarity = |name: &str| strsim::jaro(&typed, &name.to_lowercase());
    let names = names.iter().map(|name| (name.as_ref(), similarity(name.as_ref())));
    names
        .filter(|(_, similarity)| *similarity > MIN_SIMILARITY)
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(name, _)| name)
}
