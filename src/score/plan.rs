//! The plan: which of the things that hold are said, and in which order.
//!
//! A coach thinks: a real event that answers the question, then the own steps, then the result, then detail, order and style; blame comes before
//! style; and an answer that lacks nothing large is told so and nothing else. Nothing is said that contradicts something else that is said.

use crate::codes::Code;
use crate::story::{Claim, Findings, Verdict};

/// Things to do at most.
pub(super) const MOST: usize = 3;
/// The second and third thing to do are said from this probability on that a coach would begin with them (ours).
const WORTH_SAYING: f64 = 0.2;
/// Where nothing is likely enough for a next step and the answer is not ready, the likeliest is said from this probability on (ours).
const LIKELIER_THAN_NOT: f64 = 0.5;

/// Codes of which the second is not said where the first is.
const INSTEAD: [(Code, Code); 12] = [
    (Code::NoResult, Code::VagueResult),
    (Code::NoResult, Code::ResultNotYours),
    (Code::NoSteps, Code::ThinSteps),
    (Code::NoSteps, Code::OwnPart),
    (Code::TooShort, Code::TooLong),
    (Code::TooShort, Code::LongBackground),
    (Code::TooShort, Code::Rambling),
    (Code::NoSetting, Code::LongBackground),
    (Code::NoEvent, Code::Order),
    (Code::NoEvent, Code::LongBackground),
    (Code::TooShort, Code::Order),
    (Code::NoSteps, Code::Order),
];

/// The codes that hold and do not contradict each other; none where the answer is ready.
pub(super) fn compatible(findings: &Findings) -> Vec<Code> {
    without_contradiction(findings, |c| c.verdict == Verdict::Holds)
}

/// What to do, the most helpful first: what is likely, and a coach would begin with. Nothing where nothing is sure enough.
pub(super) fn order(findings: &Findings) -> Vec<Code> {
    if is_ready(findings) {
        return vec![Code::Ready];
    }
    let first = |code: &Code| findings.claim(*code).map_or(0.0, helpful);
    let mut chosen = without_contradiction(findings, |c| matches!(c.verdict, Verdict::Holds | Verdict::Likely));
    chosen.sort_by(|a, b| first(b).total_cmp(&first(a)));
    if chosen.first() == Some(&Code::NoEvent) {
        // Without an occasion there is one thing to do.
        chosen.truncate(1);
    }
    let is_worth = |c: &&Code| findings.claim(**c).is_some_and(|c| c.first >= WORTH_SAYING);
    let worth = chosen.iter().take(MOST).skip(1).filter(is_worth).copied().collect::<Vec<_>>();
    chosen.truncate(1);
    chosen.extend(worth);
    if chosen.is_empty() {
        let likeliest = others(findings).max_by(|a, b| helpful(a).total_cmp(&helpful(b)));
        chosen.extend(likeliest.filter(|c| c.confidence >= LIKELIER_THAN_NOT).map(|c| c.code));
    }
    chosen
}

fn without_contradiction(findings: &Findings, wanted: impl Fn(&Claim) -> bool) -> Vec<Code> {
    if is_ready(findings) {
        return Vec::new();
    }
    let claims: Vec<&Claim> = others(findings).filter(|c| wanted(c)).collect();
    let holds = |code: Code| claims.iter().any(|c| c.code == code);
    let kept = claims.iter().filter(|c| !INSTEAD.iter().any(|(one, other)| *other == c.code && holds(*one)));
    kept.map(|c| c.code).collect()
}

/// How much a coach would want it said: how probably it comes first, and is true.
fn helpful(claim: &Claim) -> f64 {
    claim.first * claim.confidence
}

/// Whether a coach would most probably say that the answer is ready.
fn is_ready(findings: &Findings) -> bool {
    let ready = findings.claim(Code::Ready).map_or(0.0, |c| c.first);
    others(findings).all(|c| ready >= c.first)
}

/// The claims but that it is ready.
fn others(findings: &Findings) -> impl Iterator<Item = &Claim> {
    findings.claims.iter().filter(|c| c.code != Code::Ready)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::Event;

    /// Findings in which these hold, each as likely to be said first as it says; all others do not.
    fn findings(holds: &[(Code, f64)]) -> Findings {
        let claim = |code: &Code| {
            let first = holds.iter().find(|(c, _)| c == code).map(|(_, first)| *first);
            let verdict = if first.is_some() { Verdict::Holds } else { Verdict::Fails };
            Claim {
                code: *code,
                confidence: first.map_or(0.01, |_| 0.97),
                first: first.unwrap_or(0.01),
                verdict,
                sentences: Vec::new(),
            }
        };
        let claims = Code::STORY.iter().map(claim).collect();
        Findings { event: Event::Real, claims, results: Vec::new(), figures: Vec::new(), keep: None }
    }

    fn plan(holds: &[(Code, f64)]) -> Vec<Code> {
        let findings = findings(holds);
        order(&findings)
    }

    #[test]
    fn a_ready_answer_is_told_so_and_nothing_else() {
        assert_eq!(plan(&[(Code::Ready, 0.9), (Code::NoDetail, 0.3)]), [Code::Ready]);
        assert_eq!(plan(&[]), [Code::Ready]);
    }

    #[test]
    fn without_an_occasion_there_is_one_next_step() {
        assert_eq!(plan(&[(Code::NoEvent, 0.9), (Code::NoSteps, 0.6), (Code::EmptyWords, 0.5)]), [Code::NoEvent]);
    }

    #[test]
    fn what_contradicts_is_not_said_and_three_things_are_the_most() {
        let said = plan(&[
            (Code::NoResult, 0.6),
            (Code::VagueResult, 0.5),
            (Code::ThinSteps, 0.7),
            (Code::Blame, 0.4),
            (Code::Hedging, 0.3),
        ]);
        assert_eq!(said, [Code::ThinSteps, Code::NoResult, Code::Blame]);
    }

    #[test]
    fn what_is_likely_is_advised_and_what_is_not_sure_is_not() {
        let mut unsure = findings(&[(Code::NoDetail, 0.6)]);
        let at = Code::STORY.iter().position(|c| *c == Code::NoDetail).unwrap();
        unsure.claims[at].verdict = Verdict::Likely;
        assert_eq!((order(&unsure), compatible(&unsure)), (vec![Code::NoDetail], Vec::new()));
        unsure.claims[at].verdict = Verdict::Open;
        unsure.claims[at].confidence = 0.4;
        assert_eq!(order(&unsure), [], "neither is the answer called ready");
    }
}
