//! The plan: which findings about the story become advice, and in which order.
//!
//! The order is learned from coaches. They look for a real event that answers the question, then for the speaker's own
//! steps, then for the result, then for detail, order and style; blame comes before style. An answer without a large
//! fault is called ready, and nothing else is said about it. Advice never contradicts other advice.

use crate::codes::Code;
use crate::story::{Finding, FindingVerdict, Findings};

/// Maximum number of pieces of advice.
pub(super) const MAX_PRIORITIES: usize = 3;
/// Minimum probability that a coach would mention a code first at which it becomes the second or third advice (ours).
const MIN_FIRST_PROBABILITY: f64 = 0.2;
/// Minimum probability at which the most probable code becomes advice, if no code is likely and the answer is not ready
/// (ours).
const MIN_LIKELY_PROBABILITY: f64 = 0.5;

/// Pairs of codes: if the first is said, the second is not.
const SUPPRESSES: [(Code, Code); 12] = [
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

/// Returns the codes that hold and do not contradict each other; none if the answer is ready.
pub(super) fn compatible(findings: &Findings) -> Vec<Code> {
    without_contradiction(findings, |c| c.verdict == FindingVerdict::Holds)
}

/// Returns the codes that become advice, most helpful first; none if none is certain enough.
pub(super) fn order(findings: &Findings) -> Vec<Code> {
    if is_ready(findings) {
        return vec![Code::Ready];
    }
    let first = |code: &Code| findings.claim(*code).map_or(0.0, priority);
    let mut chosen =
        without_contradiction(findings, |c| matches!(c.verdict, FindingVerdict::Holds | FindingVerdict::Likely));
    chosen.sort_by(|a, b| first(b).total_cmp(&first(a)));
    if chosen.first() == Some(&Code::NoEvent) {
        // Without a real event, telling one is the only advice.
        chosen.truncate(1);
    }
    let is_worth = |c: &&Code| findings.claim(**c).is_some_and(|c| c.first >= MIN_FIRST_PROBABILITY);
    let worth = chosen.iter().take(MAX_PRIORITIES).skip(1).filter(is_worth).copied().collect::<Vec<_>>();
    chosen.truncate(1);
    chosen.extend(worth);
    if chosen.is_empty() {
        let likeliest = faults(findings).max_by(|a, b| priority(a).total_cmp(&priority(b)));
        chosen.extend(likeliest.filter(|c| c.confidence >= MIN_LIKELY_PROBABILITY).map(|c| c.code));
    }
    chosen
}

/// Returns the codes of the wanted findings that do not contradict each other; none if the answer is ready.
fn without_contradiction(findings: &Findings, wanted: impl Fn(&Finding) -> bool) -> Vec<Code> {
    if is_ready(findings) {
        return Vec::new();
    }
    let claims: Vec<&Finding> = faults(findings).filter(|c| wanted(c)).collect();
    let holds = |code: Code| claims.iter().any(|c| c.code == code);
    let kept = claims.iter().filter(|c| !SUPPRESSES.iter().any(|(one, other)| *other == c.code && holds(*one)));
    kept.map(|c| c.code).collect()
}

/// Returns the priority of a finding: the probability that a coach would mention it first, times the probability that
/// it holds.
fn priority(claim: &Finding) -> f64 {
    claim.first * claim.confidence
}

/// Returns whether a coach would most probably say that the answer is ready.
fn is_ready(findings: &Findings) -> bool {
    let ready = findings.claim(Code::Ready).map_or(0.0, |c| c.first);
    faults(findings).all(|c| ready >= c.first)
}

/// Returns the findings of all codes except [`Code::Ready`].
fn faults(findings: &Findings) -> impl Iterator<Item = &Finding> {
    findings.claims.iter().filter(|c| c.code != Code::Ready)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::EventKind;

    /// Creates findings in which the given codes hold, each with its probability of being mentioned first, and no
    /// others.
    fn findings(holds: &[(Code, f64)]) -> Findings {
        let claim = |code: &Code| {
            let first = holds.iter().find(|(c, _)| c == code).map(|(_, first)| *first);
            let verdict = if first.is_some() { FindingVerdict::Holds } else { FindingVerdict::Fails };
            Finding {
                code: *code,
                confidence: first.map_or(0.01, |_| 0.97),
                first: first.unwrap_or(0.01),
                verdict,
                sentences: Vec::new(),
            }
        };
        let claims = Code::STORY.iter().map(claim).collect();
        Findings { event: EventKind::Real, claims, results: Vec::new(), figures: Vec::new(), keep: None }
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
        unsure.claims[at].verdict = FindingVerdict::Likely;
        assert_eq!((order(&unsure), compatible(&unsure)), (vec![Code::NoDetail], Vec::new()));
        unsure.claims[at].verdict = FindingVerdict::Open;
        unsure.claims[at].confidence = 0.4;
        assert_eq!(order(&unsure), [], "neither is the answer called ready");
    }
}
