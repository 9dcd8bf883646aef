//! The parts of an MP4, M4A or MOV index that the decoder does not use: edit lists and the codes of unknown codecs.
//!
//! An AAC encoder puts 20 to 130 ms of silence before the sound; the edit list (ISO/IEC 14496-12, 8.6.6) says how much
//! to leave out, and where an edited recording starts and ends. Without it every time would be that much too late.

use std::fs::File;
use std::ops::Range;

use super::error::AudioError;
use super::source::read_array;

/// Boxes looked at before giving up: far more than a real index has above its sample tables, a bound for hostile files.
const MAX_BOXES: usize = 20_000;

/// Edits looked at; a trimmed recording has one or two.
const MAX_EDITS: u32 = 64;

/// One sound track of the index.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SoundTrack {
    /// The track's number, as the decoder has it too.
    pub(super) id: u32,
    /// Four-letter code of its sample format, e.g. `mp4a`, `ac-3`.
    pub(super) code: String,
    /// Where in the track's own time the sound to be heard starts, seconds; `None` without an edit list.
    pub(super) start_s: Option<f64>,
    /// Length of that part, seconds.
    pub(super) length_s: Option<f64>,
}

/// What the index of an MP4 file says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Index {
    /// Four-letter code of the file's main format, e.g. `M4A `, `qt  `, `isom`.
    pub(super) brand: String,
    /// The file is one of fragments (`moof` boxes) and ends inside one of them.
    pub(super) cut_fragments: bool,
    /// `None` if there is no `moov` box: the recorder never finished.
    pub(super) sound_tracks: Option<Vec<SoundTrack>>,
}

impl Index {
    /// Reads the index. `None` if the file is not of the MP4 family.
    ///
    /// # Errors
    /// When reading fails; a damaged index gives what could be read.
    pub(super) fn read(file: &mut File, len: u64) -> Result<Option<Self>, AudioError> {
        let Some(start) = read_array::<12>(file, 0)? else {
            return Ok(None);
        };
        if &start[4..8] != b"ftyp" {
            return Ok(None);
        }
        let brand = String::from_utf8_lossy(&start[8..12]).into_owned();
        let mut reader = BoxReader { file, boxes_left: MAX_BOXES };
        let (mut moov, mut cut) = (None, false);
        let mut rest = 0..len;
        while let Some(found) = reader.next(rest.clone())? {
            rest.start = found.end;
            cut = found.end > len;
            if &found.code == b"moov" && moov.is_none() {
                moov = Some(found.body);
            }
        }
        let Some(moov) = moov else {
            return Ok(Some(Self { brand, cut_fragments: false, sound_tracks: None }));
        };
        let cut_fragments = cut && reader.find(moov.clone(), b"mvex")?.is_some();
        let movie_timescale = match reader.find(moov.clone(), b"mvhd")? {
            Some(mvhd) => reader.timescale(&mvhd)?,
            None => None,
        };
        let mut sound_tracks = Vec::new();
        let mut rest = moov;
        while let Some(found) = reader.next(rest.clone())? {
            rest.start = found.end;
            if &found.code == b"trak" {
                sound_tracks.extend(reader.sound_track(found.body, movie_timescale)?);
            }
        }
        Ok(Some(Self { brand, cut_fragments, sound_tracks: Some(sound_tracks) }))
    }
}

struct BoxReader<'a> {
    file: &'a mut File,
    boxes_left: usize,
}

/// A box of the file: its code, where its body is and where it ends as it claims.
struct FoundBox {
    code: [u8; 4],
    body: Range<u64>,
    end: u64,
}

impl BoxReader<'_> {
    /// The first box in `within`.
    fn next(&mut self, within: Range<u64>) -> Result<Option<FoundBox>, AudioError> {
        if within.end.saturating_sub(within.start) < 8 || self.boxes_left == 0 {
            return Ok(None);
        }
        self.boxes_left -= 1;
        let Some(header) = read_array::<8>(self.file, within.start)? else {
            return Ok(None);
        };
        let code = [header[4], header[5], header[6], header[7]];
        let (header_len, size) = match be(&header[..4]) {
            0 => (8, within.end - within.start),
            1 => match read_array::<8>(self.file, within.start + 8)? {
                Some(size) => (16, be(&size)),
                None => return Ok(None),
            },
            size => (8, size),
        };
        if size < header_len {
            return Ok(None);
        }
        let end = within.start.saturating_add(size);
        let body = (within.start.saturating_add(header_len)).min(within.end)..end.min(within.end);
        Ok(Some(FoundBox { code, body, end }))
    }

    /// The body of the first box with this code in `within`.
    fn find(&mut self, mut within: Range<u64>, wanted: &[u8; 4]) -> Result<Option<Range<u64>>, AudioError> {
        while let Some(found) = self.next(within.clone())? {
            if &found.code == wanted {
                return Ok(Some(found.body));
            }
            within.start = found.end;
        }
        Ok(None)
    }

    /// The body found by going down through boxes with these codes.
    fn find_path(&mut self, mut within: Range<u64>, path: &[&[u8; 4]]) -> Result<Option<Range<u64>>, AudioError> {
        for code in path {
            match self.find(within, code)? {
                Some(body) => within = body,
                None => return Ok(None),
            }
        }
        Ok(Some(within))
    }

    /// A big-endian number of `N` bytes at `offset` in a box.
    fn number<const N: usize>(&mut self, body: &Range<u64>, offset: u64) -> Result<Option<u64>, AudioError> {
        if body.end.saturating_sub(body.start) < offset + N as u64 {
            return Ok(None);
        }
        Ok(read_array::<N>(self.file, body.start + offset)?.map(|bytes| be(&bytes)))
    }

    /// Units a second, from an `mvhd` or `mdhd` box.
    fn timescale(&mut self, body: &Range<u64>) -> Result<Option<f64>, AudioError> {
        let offset = if self.number::<1>(body, 0)? == Some(1) { 20 } else { 12 };
        Ok(self.number::<4>(body, offset)?.filter(|&units| units > 0).map(|units| units as f64))
    }

    fn sound_track(
        &mut self,
        trak: Range<u64>,
        movie_timescale: Option<f64>,
    ) -> Result<Option<SoundTrack>, AudioError> {
        let handler = match self.find_path(trak.clone(), &[b"mdia", b"hdlr"])? {
            Some(hdlr) => self.number::<4>(&hdlr, 8)?,
            None => None,
        };
        if handler != Some(be(b"soun")) {
            return Ok(None);
        }
        let id = match self.find(trak.clone(), b"tkhd")? {
            Some(tkhd) => {
                let offset = if self.number::<1>(&tkhd, 0)? == Some(1) { 20 } else { 12 };
                self.number::<4>(&tkhd, offset)?.unwrap_or(0) as u32
            }
            None => return Ok(None),
        };
        let code = match self.find_path(trak.clone(), &[b"mdia", b"minf", b"stbl", b"stsd"])? {
            Some(stsd) => match self.number::<4>(&stsd, 12)? {
                Some(code) => String::from_utf8_lossy(&(code as u32).to_be_bytes()).trim().to_owned(),
                None => String::new(),
            },
            None => String::new(),
        };
        let media_timescale = match self.find_path(trak.clone(), &[b"mdia", b"mdhd"])? {
            Some(mdhd) => self.timescale(&mdhd)?,
            None => None,
        };
        let (start_s, length_s) = match (self.find_path(trak, &[b"edts", b"elst"])?, media_timescale) {
            (Some(elst), Some(media_timescale)) => self.edits(&elst, media_timescale, movie_timescale)?,
            _ => (None, None),
        };
        Ok(Some(SoundTrack { id, code, start_s, length_s }))
    }

    /// Start and length of what is to be heard. An empty edit (a sound track that starts after the picture) is passed
    /// over, as the recording's clock starts with its sound. Several edits are read as one without an end.
    fn edits(
        &mut self,
        elst: &Range<u64>,
        media_timescale: f64,
        movie_timescale: Option<f64>,
    ) -> Result<(Option<f64>, Option<f64>), AudioError> {
        let wide = self.number::<1>(elst, 0)? == Some(1);
        let count = self.number::<4>(elst, 4)?.unwrap_or(0).min(u64::from(MAX_EDITS));
        let mut heard = Vec::new();
        for edit in 0..count {
            let (duration, start) = if wide {
                let at = 8 + edit * 20;
                (self.number::<8>(elst, at)?, self.number::<8>(elst, at + 8)?.map(|start| start as i64))
            } else {
                let at = 8 + edit * 12;
                (self.number::<4>(elst, at)?, self.number::<4>(elst, at + 4)?.map(|start| i64::from(start as i32)))
            };
            if let (Some(duration), Some(start)) = (duration, start)
                && start >= 0
            {
                heard.push((start, duration));
            }
        }
        let Some(&(start, duration)) = heard.first() else {
            return Ok((None, None));
        };
        let length_s = match movie_timescale {
            Some(units) if heard.len() == 1 && duration > 0 => Some(duration as f64 / units),
            _ => None,
        };
        Ok((Some(start as f64 / media_timescale), length_s))
    }
}

fn be(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn boxed(code: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes(), &code[..], body].concat()
    }

    fn words(values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_be_bytes()).collect()
    }

    fn index(bytes: &[u8]) -> Option<Index> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Index::read(&mut file, bytes.len() as u64).unwrap()
    }

    fn movie(edits: &[u32]) -> Vec<u8> {
        let mdia = [
            boxed(b"mdhd", &words(&[0, 0, 0, 44_100, 441_000, 0])),
            boxed(b"hdlr", &[words(&[0, 0]), b"soun".to_vec()].concat()),
            boxed(
                b"minf",
                &boxed(b"stbl", &boxed(b"stsd", &[words(&[0, 1, 36]), b"mp4a".to_vec(), vec![0; 28]].concat())),
            ),
        ]
        .concat();
        let edits = [words(&[0, edits.len() as u32 / 3]), words(edits)].concat();
        let trak = [
            boxed(b"tkhd", &words(&[0, 0, 0, 7, 0, 10_000])),
            boxed(b"edts", &boxed(b"elst", &edits)),
            boxed(b"mdia", &mdia),
        ]
        .concat();
        let moov = [boxed(b"mvhd", &words(&[0, 0, 0, 1000, 10_000])), boxed(b"trak", &trak)].concat();
        [boxed(b"ftyp", b"M4A \0\0\0\0"), boxed(b"mdat", &[1; 100]), boxed(b"moov", &moov)].concat()
    }

    #[test]
    fn the_edit_says_where_the_sound_starts_and_how_long_it_is() {
        let index = index(&movie(&[])).unwrap();
        assert_eq!(index.brand, "M4A ");
        assert_eq!(index.sound_tracks.unwrap()[0].id, 7);
        let empty_then_sound = [200, u32::MAX, 0x10000, 9_950, 2205, 0x10000];
        let track = index_of(&empty_then_sound);
        assert_eq!(track.code, "mp4a");
        assert_eq!((track.start_s, track.length_s), (Some(0.05), Some(9.95)));
    }

    fn index_of(edits: &[u32]) -> SoundTrack {
        index(&movie(edits)).unwrap().sound_tracks.unwrap().remove(0)
    }

    #[test]
    fn no_edit_is_the_whole_track() {
        let track = index_of(&[]);
        assert_eq!((track.start_s, track.length_s), (None, None));
    }

    #[test]
    fn an_unfinished_file_has_no_index() {
        let bytes = [boxed(b"ftyp", b"isom\0\0\0\0"), boxed(b"mdat", &[0; 50])].concat();
        assert_eq!(index(&bytes).unwrap().sound_tracks, None);
        assert_eq!(index(b"RIFF....WAVE"), None);
    }

    #[test]
    fn any_cut_or_changed_byte_is_survived() {
        let whole = movie(&[200, u32::MAX, 0x10000, 9_950, 2205, 0x10000]);
        for cut in 0..whole.len() {
            let _ = index(&whole[..cut]);
            let mut changed = whole.clone();
            changed[cut] = 0xff;
            let _ = index(&changed);
        }
    }
}
