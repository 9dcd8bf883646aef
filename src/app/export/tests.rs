//! Tests that parse every format and compare its times and texts with the report.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::report::json::rounded;

/// Returns a report with difficult cases: words without duration, overlapping fillers, characters with a meaning in
/// some formats.
fn report() -> Report {
    let mut report: Report = serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).unwrap();
    let words = &mut report.transcript.as_mut().unwrap().words;
    for (i, text) in ["\"Um,\"", "<so> & --> so", "un\u{e9},\tdeux\nlignes", "=1+1", "it's"].iter().enumerate() {
        words[i].text = (*text).to_string();
    }
    words[5].span.start_s = 2.460_04; // prints as 2.46
    let events = &mut report.fillers.as_mut().unwrap().events;
    events[1].span = events[0].span;
    report
}

/// Returns the beginning of that report, for snapshots.
fn short_report() -> Report {
    let mut report = report();
    let until_s = 9.0;
    report.transcript.as_mut().unwrap().words.retain(|w| w.span.end_s < until_s);
    report.fillers.as_mut().unwrap().events.retain(|f| f.span.unwrap().end_s < until_s);
    report.pauses.as_mut().unwrap().events.retain(|p| p.span.end_s < until_s);
    report.story.as_mut().unwrap().sentences.retain(|s| s.span.unwrap().end_s < until_s);
    report.recording.duration_s = Some(until_s);
    report
}

fn text(kind: ExportFormat, report: &Report) -> String {
    let contours = crate::signal::Contours { level: vec![90, 0], f0: vec![0, 9], speech: vec![0, 1] };
    let frames = Frames::from(&contours);
    let answer = ExportedAnswer { report, frames: Some(&frames), exported_at: "2026-11-01T18:00:00Z".parse().unwrap() };
    let bytes = [kind.header_line(), kind.body(&answer).unwrap()].concat();
    String::from_utf8(bytes).unwrap().replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

/// An annotation: kind, start, end (both printed) and text.
type FoundAnnotation = (String, String, String, String);

/// Returns the annotations of the report, with times formatted by `print`.
fn expected(report: &Report, print: impl Fn(f64) -> String) -> Vec<FoundAnnotation> {
    let all = tiers::annotations_by_kind(report).into_iter().flat_map(|(name, annotations)| {
        annotations
            .into_iter()
            .map(|m| (name.to_string(), print(m.span.start_s), print(m.span.end_s), m.text))
            .collect::<Vec<_>>()
    });
    sorted(all.collect())
}

fn sorted(mut found: Vec<FoundAnnotation>) -> Vec<FoundAnnotation> {
    found.sort();
    found
}

/// Returns the kind of annotation on a tier: "fillers" of "fillers 2" and "fillers points".
fn kind_of(tier: &str) -> String {
    tier.split(' ').next().unwrap().to_string()
}

#[test]
fn each_format_looks_as_it_should() {
    let report = short_report();
    for kind in <ExportFormat as clap::ValueEnum>::value_variants() {
        insta::assert_snapshot!(format!("{kind:?}").to_lowercase(), text(*kind, &report).replace("\r\n", "\n"));
    }
}

#[test]
fn a_textgrid_has_every_annotation_and_no_gap() {
    let report = report();
    let grid = text(ExportFormat::TextGrid, &report);
    let value = |line: &str| {
        let value = line.split_once(" = ").unwrap().1.trim();
        let quoted = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
        quoted.map_or(value.to_string(), |v| v.replace("\"\"", "\""))
    };
    let (mut found, mut tier, mut times) = (Vec::new(), String::new(), vec![String::new(); 2]);
    let mut at = String::new();
    for line in grid.lines() {
        match line.trim_start().split(' ').next().unwrap() {
            "name" => (tier, at) = (value(line), "0".to_string()),
            "xmin" => times[0] = value(line),
            "xmax" => times[1] = value(line),
            "number" => times = vec![value(line); 2],
            "text" => {
                assert_eq!(times[0], at, "a gap on {tier}");
                assert_ne!(times[0], times[1], "an interval without length on {tier}");
                at.clone_from(&times[1]);
                found.push((kind_of(&tier), times[0].clone(), times[1].clone(), value(line)));
            }
            "mark" => found.push((kind_of(&tier), times[0].clone(), times[1].clone(), value(line))),
            _ => {}
        }
    }
    found.retain(|(.., text)| !text.is_empty());
    assert_eq!(sorted(found), expected(&report, |s| rounded(s).to_string()));
    assert!(grid.contains("name = \"words points\"") && grid.contains("name = \"fillers 2\""));
}

#[test]
fn an_elan_document_has_every_annotation() {
    let report = report();
    let xml = text(ExportFormat::Elan, &report);
    let mut reader = Reader::from_str(&xml);
    let (mut slots, mut found) = (std::collections::HashMap::new(), Vec::new());
    let (mut tier, mut times, mut value) = (String::new(), [String::new(), String::new()], String::new());
    let mut last_ms = 0;
    loop {
        let event = reader.read_event().unwrap();
        if let Event::Start(tag) | Event::Empty(tag) = &event {
            let attribute = |name: &str| {
                let found = tag.attributes().flatten().find(|a| a.key.as_ref() == name);
                found.map(|a| a.value.to_string()).unwrap_or_default()
            };
            match tag.local_name().as_ref() {
                "TIME_SLOT" => {
                    let time_ms: i64 = attribute("TIME_VALUE").parse().unwrap();
                    assert!(time_ms >= last_ms, "the slots are not in order");
                    last_ms = time_ms;
                    slots.insert(attribute("TIME_SLOT_ID"), time_ms.to_string());
                }
                "TIER" => tier = attribute("TIER_ID"),
                "ALIGNABLE_ANNOTATION" => {
                    times = ["TIME_SLOT_REF1", "TIME_SLOT_REF2"].map(|name| slots[&attribute(name)].clone());
                }
                "ANNOTATION_VALUE" => value.clear(),
                _ => {}
            }
        }
        match event {
            Event::Text(text) => value.push_str(&text.xml10_content()),
            Event::GeneralRef(name) => {
                value.push_str(quick_xml::escape::resolve_predefined_entity(&name.xml10_content()).unwrap());
            }
            Event::End(tag) if tag.local_name().as_ref() == "ANNOTATION_VALUE" => {
                found.push((kind_of(&tier), times[0].clone(), times[1].clone(), value.clone()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(sorted(found), expected(&report, |s| milliseconds(s).to_string()));
}

#[test]
fn labels_have_every_annotation() {
    let report = report();
    let labels = text(ExportFormat::Audacity, &report);
    let found = labels.lines().map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [start, end, label] = cells[..] else { panic!("{line}") };
        let kinds = ["filler", "pause", "part", "sentence"];
        let of_kind = |kind: &&str| Some((format!("{kind}s"), label.strip_prefix(&format!("{kind}: "))?.to_string()));
        let (kind, text) = kinds.iter().find_map(of_kind).unwrap_or(("words".to_string(), label.to_string()));
        (kind, start.to_string(), end.to_string(), text)
    });
    assert_eq!(sorted(found.collect()), expected(&report, |s| rounded(s).to_string()));
}

#[test]
fn captions_have_every_word_in_order_and_at_its_time() {
    let report = report();
    let words = &report.transcript.as_ref().unwrap().words;
    let said: Vec<String> = words.iter().map(|w| single_line(&w.text)).collect();
    let (vtt, srt) = (text(ExportFormat::Vtt, &report), text(ExportFormat::Srt, &report));
    let captions = |text: &str| -> Vec<(String, String)> {
        let blocks = text.split("\n\n").filter(|block| block.contains(" --> "));
        let parts = blocks.map(|block| {
            let lines: Vec<&str> = block.lines().collect();
            let at = lines.iter().position(|line| line.contains(" --> ")).unwrap();
            (lines[at].replace(',', "."), lines[at + 1..].join(" "))
        });
        parts.collect()
    };
    let (vtt, srt) = (captions(&vtt), captions(&srt));
    assert_eq!(vtt.iter().map(|c| &c.0).collect::<Vec<_>>(), srt.iter().map(|c| &c.0).collect::<Vec<_>>());
    assert_eq!(srt.iter().map(|c| c.1.as_str()).collect::<Vec<_>>().join(" "), said.join(" "));
    let mut stamps = Vec::new();
    let mut plain = Vec::new();
    for (times, payload) in &vtt {
        let mut pieces = payload.split('<');
        plain.push(pieces.next().unwrap().trim().to_string());
        stamps.push(times.split(" --> ").next().unwrap().to_string());
        for piece in pieces {
            let (stamp, text) = piece.split_once('>').unwrap();
            stamps.push(stamp.to_string());
            plain.push(text.trim().to_string());
        }
    }
    let unescaped = plain.join(" ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    assert_eq!(unescaped, said.join(" "));
    let starts: Vec<String> = words.iter().map(|w| captions::timestamp(milliseconds(w.span.start_s), '.')).collect();
    assert!(stamps.iter().all(|stamp| starts.contains(stamp)));
    assert!(stamps.len() + 5 > words.len(), "{} of {}", stamps.len(), words.len());
    assert!(srt.iter().all(|(_, text)| text.chars().count() <= 84));
}

#[test]
fn a_table_has_every_row_and_no_formula() {
    let report = report();
    let table = text(ExportFormat::Csv, &report);
    let mut rows = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let columns: Vec<String> = rows.headers().unwrap().iter().map(str::to_string).collect();
    let at = |name: &str| columns.iter().position(|c| c == name).unwrap();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let of = |kind: &str| rows.iter().filter(|r| &r[at("kind")] == kind).collect::<Vec<_>>();
    let (words, fillers) = (of("word"), of("filler"));
    let transcript = report.transcript.as_ref().unwrap();
    assert_eq!(words.len(), transcript.words.len());
    assert_eq!(&words[3][at("text")], "'=1+1");
    for (row, word) in words.iter().zip(&transcript.words) {
        assert_eq!(row[at("text")].trim_start_matches('\''), word.text);
        assert_eq!(row[at("start_s")], rounded(word.span.start_s).to_string());
        assert_eq!(row[at("confidence")], rounded(word.confidence).to_string());
    }
    assert_eq!(fillers.len(), report.fillers.as_ref().unwrap().count);
    assert_eq!(of("pause").len(), report.pauses.as_ref().unwrap().count);
    assert_eq!(of("sentence").len(), report.story.as_ref().unwrap().sentences.len());
    assert_eq!((&fillers[0][at("type")], &fillers[0][at("heard_by")]), ("filled_pause", "transcript acoustic"));
}

#[test]
fn of_a_draft_there_are_sentences_but_no_times() {
    let draft = crate::draft::Draft::of_text("Um, I called her back. She got her money.", "-".as_ref()).unwrap();
    let report = crate::analyze::judge_draft(&draft, &crate::brief::Brief::default());
    let answer = ExportedAnswer { report: &report, frames: None, exported_at: Timestamp::UNIX_EPOCH };
    for kind in <ExportFormat as clap::ValueEnum>::value_variants() {
        let is_refused = kind.body(&answer) == Err(ExportError::NoTimes);
        assert_eq!(is_refused, kind.needs_times(), "{kind:?}");
    }
    let table = String::from_utf8(ExportFormat::Csv.body(&answer).unwrap()).unwrap();
    assert!(
        table.contains("-,filler,0,,,um,filled_pause,") && table.contains("-,sentence,1,,,She got her money.,"),
        "{table}"
    );
}

#[test]
fn silence_gives_files_without_annotations() {
    let mut report = report();
    report.transcript.as_mut().unwrap().words.clear();
    (report.fillers, report.pauses, report.story) = (None, None, None);
    assert_eq!(text(ExportFormat::Vtt, &report), "WEBVTT\n");
    assert_eq!(text(ExportFormat::Srt, &report), "");
    assert_eq!(text(ExportFormat::Csv, &report).lines().count(), 1);
    let grid = text(ExportFormat::TextGrid, &report);
    assert_eq!(grid.matches("intervals: size = 1 ").count(), 5, "{grid}");
}
