//! The schema of the store, and the migrations from each earlier version.
//!
//! A released migration is never changed; a new schema is a new migration at the end. `tests/fixtures/history` keeps a
//! store of every version, which the tests migrate to the newest.

use rusqlite_migration::{M, Migrations};

/// The `application_id` of aloud's SQLite files: "alou" in ASCII.
pub const APPLICATION_ID: i32 = 0x616c_6f75;

/// The migrations from an empty file to the newest schema.
const STEPS: &[M] = &[
    M::up(FORM_1),
    M::up(FORM_2),
    M::up(FORM_3),
    M::up(PRACTICE),
    M::up(COACHING),
    M::up(INTERVIEWS),
    M::up(OWN_VIEW),
];

/// The version of the newest schema.
pub const VERSION: i64 = STEPS.len() as i64;

/// The same migrations, ready to run.
pub(super) const MIGRATIONS: Migrations = Migrations::from_slice(STEPS);

/// Version 1. Lists and charts read `attempt` alone, so its rows are short; the report is in a separate table.
const FORM_1: &str = "
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given again
    sha256 TEXT NOT NULL,
    asked TEXT NOT NULL,                   -- question_id, or else question_text, or else ''
    speaker TEXT NOT NULL,                 -- '' for the person at this machine
    question_id TEXT,
    question_text TEXT,
    question_kind TEXT,
    answered_at INTEGER NOT NULL,          -- seconds since 1970, whole minutes
    kept_at INTEGER NOT NULL,              -- seconds since 1970
    path TEXT NOT NULL,
    recorded_here INTEGER NOT NULL,
    mended INTEGER NOT NULL DEFAULT 0,
    rubric TEXT NOT NULL,
    parts TEXT NOT NULL,                   -- JSON: [{name, points, out_of}]
    score REAL,
    fillers_per_minute REAL,
    filled_pauses_per_minute REAL,
    words_per_minute REAL,
    articulation_rate_syllables_s REAL,
    longest_pause_s REAL,
    answer_s REAL,
    f0_sd_semitones REAL,
    UNIQUE (sha256, asked, speaker)
) STRICT;
CREATE INDEX attempt_answered_at ON attempt (answered_at);
CREATE TABLE report (
    attempt_id INTEGER PRIMARY KEY REFERENCES attempt (id) ON DELETE CASCADE,
    body BLOB NOT NULL                     -- aloud.report/1 as deflated JSON
) STRICT;
";

/// Version 2: hand edits, rescoring and goals; previous reports and scores are kept.
const FORM_2: &str = "
CREATE TABLE machine_report (               -- of answers mended by hand: the report before
    attempt_id INTEGER PRIMARY KEY REFERENCES attempt (id) ON DELETE CASCADE,
    body BLOB NOT NULL
) STRICT;
CREATE TABLE earlier_score (                -- of answers scored again: the score before
    attempt_id INTEGER NOT NULL REFERENCES attempt (id) ON DELETE CASCADE,
    rubric TEXT NOT NULL,
    score REAL,
    parts TEXT NOT NULL,                    -- JSON: [{name, points, out_of}]
    replaced_at INTEGER NOT NULL,           -- seconds since 1970
    PRIMARY KEY (attempt_id, rubric)
) STRICT;
CREATE TABLE goal (
    speaker TEXT NOT NULL,                  -- '' for the person at this machine
    measure TEXT NOT NULL,                  -- as in the columns of attempt
    above REAL,
    below REAL,
    set_at INTEGER NOT NULL,                -- seconds since 1970
    PRIMARY KEY (speaker, measure)
) STRICT;
";

/// Version 3: the tracks of the sound, so that an answer can still be plotted when its recording is gone.
const FORM_3: &str = "
CREATE TABLE contours (
    attempt_id INTEGER PRIMARY KEY REFERENCES attempt (id) ON DELETE CASCADE,
    body BLOB NOT NULL                      -- level, F0 and speech every 10 ms, deflated
) STRICT;
";

/// Version 4: practice sessions, claims of resumes, requirements of jobs, the evidence for both, and when a question is
/// due again.
const PRACTICE: &str = "
CREATE TABLE practice_session (
    id INTEGER PRIMARY KEY,
    begun_at INTEGER NOT NULL,              -- seconds since 1970
    ended_at INTEGER,                       -- seconds since 1970; NULL while it goes on
    state TEXT NOT NULL                     -- JSON: practice::session::Session
) STRICT;
CREATE TABLE claim (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    employer TEXT NOT NULL,                 -- '' where it is not certain
    is_current INTEGER,                     -- NULL where it is not certain
    is_weak INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,               -- seconds since 1970
    UNIQUE (text, employer)
) STRICT;
CREATE TABLE requirement (
    id INTEGER PRIMARY KEY,
    job TEXT NOT NULL,                      -- the first line of its description
    text TEXT NOT NULL,
    is_must INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,               -- seconds since 1970
    UNIQUE (job, text)
) STRICT;
CREATE TABLE told_claim (
    claim_id INTEGER NOT NULL REFERENCES claim (id) ON DELETE CASCADE,
    attempt_id INTEGER NOT NULL REFERENCES attempt (id) ON DELETE CASCADE,
    quote TEXT NOT NULL,
    start_s REAL,
    nearness REAL NOT NULL,
    PRIMARY KEY (claim_id, attempt_id)
) STRICT;
CREATE TABLE shown_requirement (
    requirement_id INTEGER NOT NULL REFERENCES requirement (id) ON DELETE CASCADE,
    attempt_id INTEGER NOT NULL REFERENCES attempt (id) ON DELETE CASCADE,
    quote TEXT NOT NULL,
    start_s REAL,
    nearness REAL NOT NULL,
    PRIMARY KEY (requirement_id, attempt_id)
) STRICT;
CREATE TABLE repetition (
    asked TEXT PRIMARY KEY,                 -- the question's id or text
    attempt_id INTEGER NOT NULL REFERENCES attempt (id) ON DELETE CASCADE,
    repetitions INTEGER NOT NULL,
    ease REAL NOT NULL,
    interval_days REAL NOT NULL,
    last_at INTEGER NOT NULL,               -- seconds since 1970
    last_score REAL NOT NULL
) STRICT;
";

/// Version 5: what a coach adds to an answer by hand.
const COACHING: &str = "
CREATE TABLE coaching (
    attempt_id INTEGER PRIMARY KEY REFERENCES attempt (id) ON DELETE CASCADE,
    body TEXT NOT NULL                      -- JSON: history::coaching::Coaching
) STRICT;
";

/// Version 6: which answers belong to one recorded interview, and what was said around them.
const INTERVIEWS: &str = "
CREATE TABLE interview (
    id INTEGER PRIMARY KEY,
    body BLOB NOT NULL                      -- deflated JSON: history::interviews::Body
) STRICT;
CREATE TABLE interview_answer (
    attempt_id INTEGER PRIMARY KEY REFERENCES attempt (id) ON DELETE CASCADE,
    interview_id INTEGER NOT NULL REFERENCES interview (id) ON DELETE CASCADE,
    place INTEGER NOT NULL                  -- among the answers of the interview, from 0
) STRICT;
CREATE INDEX interview_answer_interview ON interview_answer (interview_id);
";

/// Version 7: how speakers rated their own answers before they saw the report, and how their real interviews ended.
const OWN_VIEW: &str = "
CREATE TABLE own_rating (
    attempt_id INTEGER PRIMARY KEY REFERENCES attempt (id) ON DELETE CASCADE,
    story INTEGER NOT NULL,                 -- 1 to 5
    delivery INTEGER NOT NULL               -- 1 to 5
) STRICT;
CREATE TABLE outcome (
    id INTEGER PRIMARY KEY,
    speaker TEXT NOT NULL,                  -- '' for the person at this machine
    interview TEXT NOT NULL,                -- with whom, as the candidate wrote it
    day TEXT NOT NULL,                      -- YEAR-MONTH-DAY
    result TEXT NOT NULL,                   -- history::outcomes::InterviewResult
    note TEXT NOT NULL,                     -- '' where there is none
    UNIQUE (speaker, interview, day)
) STRICT;
";

/// The practice tables whose rows belong to no answer.
pub(super) const OF_PRACTICE: [&str; 4] = ["practice_session", "claim", "requirement", "outcome"];

/// The tables with rows that belong to an answer, and the column with its number.
pub(super) const OF_AN_ANSWER: [(&str, &str); 10] = [
    ("attempt", "id"),
    ("report", "attempt_id"),
    ("machine_report", "attempt_id"),
    ("earlier_score", "attempt_id"),
    ("contours", "attempt_id"),
    ("coaching", "attempt_id"),
    ("own_rating", "attempt_id"),
    ("told_claim", "attempt_id"),
    ("shown_requirement", "attempt_id"),
    ("repetition", "attempt_id"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_lead_to_the_newest_form() {
        MIGRATIONS.validate().unwrap();
    }
}
