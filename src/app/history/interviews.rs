//! Recorded interviews: which kept answers belong to one, and what was said around them.
//!
//! The reports of the answers are those of the history, as they were edited there. With the first of its answers an
//! interview is deleted, since it holds everybody's words; the other answers stay. A rescue of a damaged store keeps the
//! answers alone.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::HistoryError;
use super::packed::{pack, unpack};
use super::store::{Change, Store};
use crate::interview::{Answer, Interview, SCHEMA};
use crate::report::{ProgramInfo, RecordingSection, Report};
use crate::speakers::Speakers;
use crate::warnings::Warning;

/// A kept interview.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptInterview {
    /// The interview, with the kept reports of its answers.
    pub interview: Interview,
    /// The number of each answer; `None` for one that is not kept by itself.
    pub answers: Vec<Option<i64>>,
}

/// An interview in the form in which it is stored: its answers have no reports.
#[derive(Serialize, Deserialize)]
struct Body {
    recording: RecordingSection,
    speakers: Speakers,
    answers: Vec<Answer>,
    program: ProgramInfo,
    warnings: Vec<Warning>,
    whole: Report,
}

impl Store {
    /// Keeps an interview whose answers are kept under these numbers, in place of the one that had them before.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_interview(&mut self, interview: &Interview, answers: &[Option<i64>]) -> Result<(), HistoryError> {
        let body = Body {
            recording: interview.recording.clone(),
            speakers: interview.speakers.clone(),
            answers: interview.answers.iter().map(|a| Answer { report: None, ..a.clone() }).collect(),
            program: interview.program.clone(),
            warnings: interview.warnings.clone(),
            whole: interview.whole.clone(),
        };
        self.write(|change| {
            for id in answers.iter().flatten() {
                change.delete_interview_with(*id)?;
            }
            if answers.iter().flatten().next().is_none() {
                return Ok(());
            }
            change.db.execute("INSERT INTO interview (body) VALUES (?)", [pack(&body)])?;
            let interview = change.db.last_insert_rowid();
            // Two answers to the same question are one in the history.
            let insert = "INSERT OR IGNORE INTO interview_answer (attempt_id, interview_id, place) VALUES (?, ?, ?)";
            for (place, id) in answers.iter().enumerate().filter_map(|(place, id)| Some((place, (*id)?))) {
                change.db.execute(insert, params![id, interview, place as i64])?;
            }
            Ok(())
        })
    }

    /// Returns the interview that an answer belongs to; `None` if it belongs to none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn interview_with(&self, id: i64) -> Result<Option<KeptInterview>, HistoryError> {
        let query = "SELECT id, body FROM interview WHERE id = (SELECT interview_id FROM interview_answer WHERE attempt_id = ?)";
        let found: Option<(i64, Vec<u8>)> =
            self.db.query_row(query, [id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((interview, body)) = found else { return Ok(None) };
        let Ok(body) = unpack::<Body>(&body) else { return Ok(None) };
        let mut numbers = vec![None; body.answers.len()];
        let mut query = self.db.prepare("SELECT place, attempt_id FROM interview_answer WHERE interview_id = ?")?;
        let rows = query.query_map([interview], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        for row in rows {
            let (place, id) = row?;
            if let Some(number) = usize::try_from(place).ok().and_then(|place| numbers.get_mut(place)) {
                *number = Some(id);
            }
        }
        let mut answers = body.answers;
        for (answer, id) in answers.iter_mut().zip(&numbers) {
            answer.report = id.map(|id| self.report(id)).transpose()?;
        }
        let Body { recording, speakers, program, warnings, whole, .. } = body;
        let interview = Interview { schema: SCHEMA, recording, speakers, answers, program, warnings, whole };
        Ok(Some(KeptInterview { interview, answers: numbers }))
    }

    /// Returns the numbers of the answers of each kept interview, in their order, the newest interview first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn interviews(&self) -> Result<Vec<Vec<i64>>, HistoryError> {
        let query = "SELECT interview_id, attempt_id FROM interview_answer ORDER BY interview_id DESC, place";
        let mut query = self.db.prepare(query)?;
        let rows = query.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        let mut interviews: Vec<(i64, Vec<i64>)> = Vec::new();
        for row in rows {
            let (interview, answer) = row?;
            match interviews.last_mut().filter(|(last, _)| *last == interview) {
                Some((_, answers)) => answers.push(answer),
                None => interviews.push((interview, vec![answer])),
            }
        }
        Ok(interviews.into_iter().map(|(_, answers)| answers).collect())
    }
}

impl Change<'_> {
    /// Deletes the interview that an answer belongs to, but none of its answers.
    pub(super) fn delete_interview_with(&self, id: i64) -> Result<(), HistoryError> {
        let delete =
            "DELETE FROM interview WHERE id = (SELECT interview_id FROM interview_answer WHERE attempt_id = ?)";
        self.db.prepare_cached(delete)?.execute([id])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::Occasion;
    use crate::voices::{Count, How};

    fn report(question: Option<&str>) -> Report {
        let mut report: Report =
            serde_json::from_str(include_str!("../../../tests/fixtures/report.json")).expect("the fixture");
        report.question = question.map(|id| crate::app::questions::resolve(id).expect("a question"));
        report
    }

    fn answer(report: &Report) -> Answer {
        Answer {
            heard: "And then?".into(),
            question: report.question.clone(),
            question_end_s: Some(1.0),
            start_s: 2.0,
            end_s: 9.0,
            response_latency_s: Some(1.0),
            marks: Vec::new(),
            report: Some(report.clone()),
        }
    }

    #[test]
    fn an_interview_is_one_with_its_answers_and_goes_with_the_first_of_them() {
        let mut store = Store::empty().unwrap();
        let reports = [report(Some("conflict")), report(Some("weakness")), report(Some("teamwork"))];
        let occasion =
            Occasion { speaker: None, answered_at: "2026-11-01T18:00:00Z".parse().unwrap(), recorded_here: false };
        let ids: Vec<Option<i64>> =
            reports.iter().take(2).map(|r| Some(store.save(r, &occasion).unwrap().id)).chain([None]).collect();
        let whole = report(None);
        let speakers = Speakers {
            count: Some(2),
            heard: Count::Two,
            confidence: 1.0,
            how: How::Voices,
            me_confidence: Some(1.0),
            turns: Vec::new(),
            other_words: Vec::new(),
        };
        let mut answers: Vec<Answer> = reports.iter().map(answer).collect();
        answers[2].report = None;
        let interview = Interview {
            schema: SCHEMA,
            recording: whole.recording.clone(),
            speakers,
            answers,
            program: ProgramInfo::this(&crate::brief::Brief::default(), &[]),
            warnings: whole.warnings.clone(),
            whole,
        };
        store.keep_interview(&interview, &ids).unwrap();
        // Once more is the same one.
        store.keep_interview(&interview, &ids).unwrap();
        let kept = store.interview_with(ids[1].unwrap()).unwrap().expect("the interview");
        assert_eq!((kept.interview, kept.answers), (interview.clone(), ids.clone()));
        let numbers: Vec<i64> = ids.iter().flatten().copied().collect();
        assert_eq!(store.interviews().unwrap(), std::slice::from_ref(&numbers));

        store.delete(&numbers[..1], false).unwrap();
        assert_eq!(store.interview_with(numbers[1]).unwrap(), None);
        assert!(store.interviews().unwrap().is_empty() && store.report(numbers[1]).is_ok());
        let rows: i64 = store.db.query_row("SELECT count(*) FROM interview", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "what everybody said is still there");
    }
}
