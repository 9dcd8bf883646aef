//! ELAN's annotation format, EAF 3.0 (Max Planck Institute for Psycholinguistics, "EAF Annotation Format").

use std::io;
use std::path::Path;

use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::milliseconds;
use super::tiers::{Tier, tiers};
use crate::app::uri::percent_encoded;
use crate::report::Report;

/// The only linguistic type of the tiers: annotations that are aligned to the time line.
const TYPE: &str = "aligned";

/// Returns the EAF document of a report. Times are rounded to milliseconds, the resolution of the format.
pub(super) fn xml(report: &Report, exported_at: Timestamp) -> Vec<u8> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 4);
    document(&mut xml, report, exported_at).expect("memory can be written");
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    bytes
}

fn document(xml: &mut Writer<Vec<u8>>, report: &Report, exported_at: Timestamp) -> io::Result<()> {
    let tiers = tiers(report, |time_s| milliseconds(time_s) as f64 / 1000.0);
    let slots = Slots::of(&tiers);
    let author = concat!("aloud ", env!("CARGO_PKG_VERSION"));
    let date = exported_at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let media = media(&report.recording.path);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = xml.create_element("ANNOTATION_DOCUMENT").with_attributes([
        ("AUTHOR", author),
        ("DATE", &date),
        ("FORMAT", "3.0"),
        ("VERSION", "3.0"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xsi:noNamespaceSchemaLocation", "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"),
    ]);
    root.write_inner_content(|xml| {
        let header = xml.create_element("HEADER").with_attributes([("MEDIA_FILE", ""), ("TIME_UNITS", "milliseconds")]);
        header.write_inner_content(|xml| {
            let attributes = [("MEDIA_URL", media.as_str()), ("MIME_TYPE", "unknown")];
            xml.create_element("MEDIA_DESCRIPTOR").with_attributes(attributes).write_empty()?;
            Ok(())
        })?;
        xml.create_element("TIME_ORDER").write_inner_content(|xml| slots.write(xml))?;
        let mut last_id = 0;
        for (t, tier) in tiers.iter().enumerate() {
            let attributes = [("LINGUISTIC_TYPE_REF", TYPE), ("TIER_ID", &tier.name)];
            let element = xml.create_element("TIER").with_attributes(attributes);
            if tier.annotations.is_empty() {
                element.write_empty()?;
                continue;
            }
            element.write_inner_content(|xml| {
                for (m, annotation) in tier.annotations.iter().enumerate() {
                    last_id += 1;
                    let [start, end] = slots.ids(t, m);
                    let id = format!("a{last_id}");
                    xml.create_element("ANNOTATION").write_inner_content(|xml| {
                        let attributes =
                            [("ANNOTATION_ID", id.as_str()), ("TIME_SLOT_REF1", &start), ("TIME_SLOT_REF2", &end)];
                        let element = xml.create_element("ALIGNABLE_ANNOTATION").with_attributes(attributes);
                        element.write_inner_content(|xml| {
                            xml.create_element("ANNOTATION_VALUE")
                                .write_text_content(BytesText::new(&annotation.text))?;
                            Ok(())
                        })?;
                        Ok(())
                    })?;
                }
                Ok(())
            })?;
        }
        let attributes = [("GRAPHIC_REFERENCES", "false"), ("LINGUISTIC_TYPE_ID", TYPE), ("TIME_ALIGNABLE", "true")];
        xml.create_element("LINGUISTIC_TYPE").with_attributes(attributes).write_empty()?;
        Ok(())
    })?;
    Ok(())
}

/// Returns the URL of the recording, absolute or relative like the path.
fn media(path: &str) -> String {
    let plain = path.replace('\\', "/");
    let encoded = percent_encoded(&plain, "/:");
    match (Path::new(path).is_absolute(), plain.starts_with('/')) {
        (true, true) => format!("file://{encoded}"),
        (true, false) => format!("file:///{encoded}"),
        _ => format!("./{encoded}"),
    }
}

/// The time slots: two for each annotation, numbered in order of time.
struct Slots {
    /// The times in order, in milliseconds.
    times_ms: Vec<i64>,
    /// For each tier and annotation, the indices of its start and its end in `times_ms`.
    indices: Vec<Vec<[usize; 2]>>,
}

impl Slots {
    fn of(tiers: &[Tier]) -> Self {
        let mut ends: Vec<(i64, [usize; 3])> = Vec::new();
        for (t, tier) in tiers.iter().enumerate() {
            for (m, annotation) in tier.annotations.iter().enumerate() {
                ends.push((milliseconds(annotation.span.start_s), [t, m, 0]));
                ends.push((milliseconds(annotation.span.end_s), [t, m, 1]));
            }
        }
        ends.sort_by_key(|(time_ms, _)| *time_ms);
        let mut indices: Vec<Vec<[usize; 2]>> = tiers.iter().map(|tier| vec![[0; 2]; tier.annotations.len()]).collect();
        for (i, (_, [t, m, end])) in ends.iter().enumerate() {
            indices[*t][*m][*end] = i;
        }
        Self { times_ms: ends.into_iter().map(|(time_ms, _)| time_ms).collect(), indices }
    }

    /// Returns the IDs of the time slots of an annotation.
    fn ids(&self, tier: usize, annotation: usize) -> [String; 2] {
        self.indices[tier][annotation].map(|index| format!("ts{}", index + 1))
    }

    fn write(&self, xml: &mut Writer<Vec<u8>>) -> io::Result<()> {
        for (i, time_ms) in self.times_ms.iter().enumerate() {
            let (id, value) = (format!("ts{}", i + 1), time_ms.max(&0).to_string());
            let attributes = [("TIME_SLOT_ID", id.as_str()), ("TIME_VALUE", &value)];
            xml.create_element("TIME_SLOT").with_attributes(attributes).write_empty()?;
        }
        Ok(())
    }
}
