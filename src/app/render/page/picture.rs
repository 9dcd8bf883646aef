//! The lanes as a standalone picture, for an e-mail or a slide: SVG, and PNG rendered from it by resvg.

use std::sync::Arc;

use resvg::{tiny_skia, usvg};

use super::lanes::{Lanes, escaped};

/// The width of the picture, in pixels: that of a slide.
const WIDTH: f64 = 1_280.0;
/// The left margin for the axis labels, in pixels.
const LEFT: f64 = 52.0;
/// The right margin, in pixels.
const RIGHT: f64 = 20.0;
/// The height of the heading, in pixels.
const HEADING: f64 = 46.0;
/// The height of the legend, in pixels.
const LEGEND: f64 = 34.0;
/// PNG pixels per SVG pixel: sharp on high-density screens and in print.
const SCALE: f32 = 2.0;
/// The maximum length of the heading, in characters.
const LONGEST_HEADING: usize = 110;

/// The reason why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The SVG could not be parsed or rendered.
    #[error("the picture could not be drawn ({0})")]
    Drawing(String),
    /// No font is installed.
    #[error("no font is installed to write with; install one, such as DejaVu Sans, or use --svg")]
    NoFont,
}

/// Renders the lanes as an SVG document with a heading and a legend, in light colours.
pub fn svg(lanes: &Lanes, heading: &str) -> String {
    let height = HEADING + lanes.height + LEGEND;
    let mut heading_text: String = heading.chars().take(LONGEST_HEADING).collect();
    if heading_text.len() < heading.len() {
        heading_text.push('…');
    }
    let (bottom, mut legend, mut x) = (height - 14.0, String::new(), LEFT + 6.0);
    for sign in lanes.signs() {
        let (class, outline, words) = (sign.class(), sign.outline(), sign.words());
        legend.push_str(&format!(
            "<path class=\"sign sign-{class}\" transform=\"translate({x},{})\" d=\"{outline}\"/><text x=\"{}\" y=\"{bottom}\">{words}</text>",
            bottom - 4.0,
            x + 10.0
        ));
        x += 36.0 + 6.8 * words.len() as f64;
    }
    super::printable(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"lanes\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\">\
         <style>{}</style><title>{heading}</title><rect class=\"paper\" width=\"100%\" height=\"100%\"/>\
         <text class=\"heading\" x=\"{LEFT}\" y=\"28\">{}</text>\
         <g transform=\"translate(0,{HEADING})\">{}</g>{legend}</svg>\n",
        plain_style(),
        escaped(&heading_text),
        lanes.whole(LEFT, WIDTH - LEFT - RIGHT),
        heading = escaped(heading),
    ))
}

/// Renders the SVG as a PNG.
///
/// # Errors
/// Returns an error if this machine has no font, or if the SVG could not be rendered.
pub fn png(svg: &str) -> Result<Vec<u8>, PictureError> {
    let drawing = |e: &dyn std::fmt::Display| PictureError::Drawing(e.to_string());
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_system_fonts();
    let first = fonts.faces().next().and_then(|face| face.families.first()).map(|(name, _)| name.clone());
    let known = ["Arial", "Helvetica", "Liberation Sans", "Noto Sans", "DejaVu Sans", "Segoe UI"].into_iter();
    let is_there = |name: &&str| fonts.faces().any(|face| face.families.iter().any(|(family, _)| family == name));
    let family = known.into_iter().find(is_there).map(str::to_string).or(first).ok_or(PictureError::NoFont)?;
    fonts.set_sans_serif_family(family.clone());
    let options = usvg::Options { fontdb: Arc::new(fonts), font_family: family, ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| drawing(&e))?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| drawing(&"it is too large"))?;
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height()).ok_or_else(|| drawing(&"it is too large"))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(|e| drawing(&e))
}

/// Returns the style of the lanes with the variables of the light colours substituted, since not every SVG viewer
/// supports CSS variables.
fn plain_style() -> String {
    let rules = super::LANES_STYLE;
    let colours = format!("{}{}", first_block(super::STYLE), first_block(rules));
    let mut plain = rules[rules.find(MARK).map_or(0, |i| i + MARK.len())..].trim().to_string();
    for colour in colours.split(';') {
        if let Some((name, value)) = colour.split_once(':') {
            plain = plain.replace(&format!("var({})", name.trim()), value.trim());
        }
    }
    plain
}

/// The marker in the style sheet after which the rules of the drawing begin; a picture needs only those.
const MARK: &str = "/* the drawing */";

/// Returns the contents of the first block of a style sheet.
fn first_block(style: &str) -> &str {
    let from = style.find('{').map_or(0, |i| i + 1);
    &style[from..style.find('}').unwrap_or(style.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::render::page::sound::Sound;
    use crate::audio::Speech;
    use crate::report::Report;
    use crate::signal::Contours;

    fn lanes() -> Lanes {
        let report: Report = serde_json::from_str(include_str!("../../../../tests/fixtures/report.json")).unwrap();
        let contours = Contours { level: vec![100; 2_000], f0: vec![60; 2_000], speech: vec![1; 2_000] };
        let sound = Sound::of(&Speech::of(&[0.2; 16_000]));
        Lanes::of(&report, Some(&contours), Some(&sound)).unwrap()
    }

    #[test]
    fn every_colour_is_written_out_and_hostile_headings_stay_text() {
        let svg = svg(&lanes(), "</title><script>alert(1)</script> & \"so\"");
        assert!(!svg.contains("var(") && !svg.contains("<script") && !svg.contains("@media"), "{}", &svg[..3000]);
        assert!(svg.contains("Pitch, semitones"));
    }

    #[test]
    fn the_png_shows_something() {
        match png(&svg(&lanes(), "An answer")) {
            Ok(bytes) => {
                let picture = tiny_skia::Pixmap::decode_png(&bytes).unwrap();
                assert_eq!(picture.width(), 2 * WIDTH as u32);
                let colours: std::collections::HashSet<u32> = picture
                    .pixels()
                    .iter()
                    .map(|p| u32::from_be_bytes([p.red(), p.green(), p.blue(), p.alpha()]))
                    .collect();
                assert!(colours.len() > 50, "{}", colours.len());
            }
            Err(PictureError::NoFont) => eprintln!("skipped: no font is installed"),
            Err(error) => panic!("{error}"),
        }
    }
}
