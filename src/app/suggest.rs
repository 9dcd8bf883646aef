//! "Did you mean": suggests the known name nearest to a mistyped one.

/// Returns `did you mean 'conflict'? ` if a typed name is close to a known name; otherwise an empty string.
pub fn did_you_mean(typed: &str, names: &[impl AsRef<str>]) -> String {
    nearest(typed, names).map_or(String::new(), |name| format!("did you mean '{name}'? "))
}

/// The Jaro similarity above which a name is suggested, as in clap.
const LIKE: f64 = 0.7;

/// Returns the known name that the user probably meant.
pub fn nearest<'a>(typed: &str, names: &'a [impl AsRef<str>]) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let likeness = |name: &str| strsim::jaro(&typed, &name.to_lowercase());
    let names = names.iter().map(|name| (name.as_ref(), likeness(name.as_ref())));
    names.filter(|(_, like)| *like > LIKE).max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(name, _)| name)
}
