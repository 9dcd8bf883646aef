//! Pieces of speech in two groups by what their voices are like.

use kodama::{Method, linkage};

use super::network::{self, Embedding, dot};
use super::pieces::{Boundary, Piece};

/// Minimum duration of speech in a piece that is grouped, in seconds; shorter ones tell too little and are assigned later.
const GROUPED_S: f64 = 0.8;
/// Maximum share of a grouped piece in which several voices speak at once.
const MOST_OVERLAP: f64 = 0.3;
/// With fewer grouped pieces than this, shorter ones are grouped too.
const FEW: usize = 4;
/// Minimum duration of speech in a piece that is grouped where there are few, in seconds.
const GROUPED_OF_FEW_S: f64 = 0.4;
/// Maximum number of grouped pieces, the longest ones: the comparisons grow with the square.
const MOST_GROUPED: usize = 1_000;
/// Minimum duration of speech in the lesser group, in seconds.
const LEAST_S: f64 = 1.0;
/// Maximum number of clusters among which two that are large enough are looked for.
const MOST_GROUPS: usize = 14;
/// Maximum number of iterations that assign each piece to the nearer mean; stops earlier if nothing changes.
const ROUNDS: usize = 20;
/// Maximum number of iterations of assigning turns by the means and computing the means from the turns.
const TURN_ROUNDS: usize = 4;
/// Weight of the voice itself against the cost of a change between two pieces.
const STRENGTH: f64 = 20.0;
/// Duration of speech from which on a piece has the full [`STRENGTH`], in seconds.
const FULL_S: f64 = 1.5;
/// Minimum and maximum factor on [`STRENGTH`] for the duration of a piece.
const SHARES: (f64, f64) = (0.15, 1.3);
/// Maximum score of a piece.
const MOST_SCORE: f64 = 40.0;
/// Cost of a change of voice after a pause.
const COST_AFTER_PAUSE: f64 = 1.0;
/// Cost of a change of voice after a short pause.
const COST_AFTER_SHORT_PAUSE: f64 = 2.5;
/// Cost of a change of voice where the segmentation hears one.
const COST_AT_CHANGE: f64 = 2.5;
/// Cost of a change of voice within sound.
const COST_WITHIN: f64 = 6.0;
/// Maximum duration of a short pause, in seconds.
const SHORT_PAUSE_S: f64 = 0.4;
/// Cost of contradicting the segmentation.
const LINK_COST: f64 = 2.0;

/// Two groups.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    /// For each piece whether it is of the second group.
    pub(super) second: Vec<bool>,
    /// For each piece how clear that is: what the other answer would cost at least.
    pub(super) clear: Vec<f64>,
    /// Mean cosine within the groups minus mean cosine between them, weighted by duration.
    pub(super) gap: f64,
    /// Seconds of speech in the lesser group, of the pieces that were grouped.
    pub(super) lesser_s: f64,
    /// How much the segmentation hears the voice change where the groups do: 1 everywhere, -1 nowhere.
    pub(super) heard_changes: f64,
}

/// The pieces in two groups; `None` if there are too few.
pub(super) fn two(pieces: &[Piece]) -> Option<Groups> {
    let grouped = grouped(pieces);
    let mut means = initial(pieces, &grouped)?;
    let (mut second, mut clear) = (Vec::new(), Vec::new());
    for _ in 0..TURN_ROUNDS {
        let leanings = tell(pieces, &grouped, &means);
        second = leanings.iter().map(|leaning| *leaning < 0.0).collect();
        clear = leanings.into_iter().map(f64::abs).collect();
        let of = |side: bool| mean(grouped.iter().filter(|i| second[**i] == side).map(|i| &pieces[*i]));
        let (Some(a), Some(b)) = (of(false), of(true)) else { break };
        if means == [a, b] {
            break;
        }
        means = [a, b];
    }
    let (mut within, mut across) = ((0.0, 0.0), (0.0, 0.0));
    for (n, &i) in grouped.iter().enumerate() {
        for &j in &grouped[..n] {
            let weight = pieces[i].speech_s * pieces[j].speech_s;
            let sum = if second[i] == second[j] { &mut within } else { &mut across };
            sum.0 += weight * f64::from(dot(&pieces[i].embedding, &pieces[j].embedding));
            sum.1 += weight;
        }
    }
    let seconds =
        |side: bool| -> f64 { grouped.iter().filter(|i| second[**i] == side).map(|i| pieces[*i].speech_s).sum() };
    let lesser_s = seconds(false).min(seconds(true));
    let across = if across.1 > 0.0 { across.0 / across.1 } else { 1.0 };
    let within = if within.1 > 0.0 { within.0 / within.1 } else { across };
    let changes: Vec<f64> =
        (1..pieces.len()).filter(|i| second[*i] != second[i - 1]).map(|i| -pieces[i].link).collect();
    let heard_changes = changes.iter().sum::<f64>() / changes.len().max(1) as f64;
    Some(Groups { second, clear, gap: within - across, lesser_s, heard_changes })
}

/// The pieces that tell enough to be grouped, in order.
fn grouped(pieces: &[Piece]) -> Vec<usize> {
    let with = |least_s: f64, most_overlap: f64| -> Vec<usize> {
        (0..pieces.len()).filter(|i| pieces[*i].speech_s >= least_s && pieces[*i].overlap <= most_overlap).collect()
    };
    let mut grouped = with(GROUPED_S, MOST_OVERLAP);
    if grouped.len() < FEW {
        grouped = with(GROUPED_OF_FEW_S, 1.0);
    }
    grouped.sort_by(|a, b| pieces[*b].speech_s.total_cmp(&pieces[*a].speech_s));
    grouped.truncate(MOST_GROUPED);
    grouped.sort_unstable();
    grouped
}

/// The means of the two largest groups of a tree, settled.
fn initial(pieces: &[Piece], grouped: &[usize]) -> Option<[Embedding; 2]> {
    let n = grouped.len();
    if n < 3 {
        return None;
    }
    let mut distances = Vec::with_capacity(n * (n - 1) / 2);
    for (i, a) in grouped.iter().enumerate() {
        let a = &pieces[*a].embedding;
        distances.extend(grouped[i + 1..].iter().map(|b| (1.0 - dot(a, &pieces[*b].embedding)).max(0.0)));
    }
    let tree = linkage(&mut distances, n, Method::Average);
    let mut best: Option<(f64, [Embedding; 2])> = None;
    for groups in 2..=n.min(MOST_GROUPS) {
        let groups = cut(tree.steps(), n, groups);
        let seconds = |group: &[usize]| group.iter().map(|i| pieces[grouped[*i]].speech_s).sum::<f64>();
        let mut by_size: Vec<(f64, &Vec<usize>)> = groups.iter().map(|g| (seconds(g), g)).collect();
        by_size.sort_by(|a, b| b.0.total_cmp(&a.0));
        if by_size[1].0 < LEAST_S {
            continue;
        }
        let of = |group: &[usize]| mean(group.iter().map(|i| &pieces[grouped[*i]]));
        let Some(means) = of(by_size[0].1).zip(of(by_size[1].1)) else { continue };
        let (means, fit) = settled(pieces, grouped, [means.0, means.1]);
        if best.as_ref().is_none_or(|(most, _)| fit > *most) {
            best = Some((fit, means));
        }
    }
    best.map(|(_, means)| means)
}

/// The groups that are left when the last steps of a tree are not taken.
fn cut(steps: &[kodama::Step<f32>], n: usize, groups: usize) -> Vec<Vec<usize>> {
    let mut clusters: Vec<Option<Vec<usize>>> = (0..n).map(|i| Some(vec![i])).collect();
    for step in &steps[..n - groups] {
        let mut joined = clusters[step.cluster1].take().unwrap_or_default();
        joined.extend(clusters[step.cluster2].take().unwrap_or_default());
        clusters.push(Some(joined));
    }
    clusters.into_iter().flatten().collect()
}

/// Each piece goes to the nearer mean until nothing changes; and how near they all are, in seconds.
fn settled(pieces: &[Piece], grouped: &[usize], mut means: [Embedding; 2]) -> ([Embedding; 2], f64) {
    let likeness = |means: &[Embedding; 2], i: usize| means.each_ref().map(|m| dot(m, &pieces[i].embedding));
    for _ in 0..ROUNDS {
        let of = |side: bool| {
            let here = grouped.iter().filter(|i| {
                let [a, b] = likeness(&means, **i);
                (b > a) == side
            });
            mean(here.map(|i| &pieces[*i]))
        };
        let Some((a, b)) = of(false).zip(of(true)) else { break };
        if means == [a, b] {
            break;
        }
        means = [a, b];
    }
    let fit = grouped.iter().map(|i| {
        let [a, b] = likeness(&means, *i);
        pieces[*i].speech_s * f64::from(a.max(b))
    });
    (means, fit.sum())
}

/// The mean of the voices of some pieces; `None` of none.
fn mean<'a>(pieces: impl Iterator<Item = &'a Piece>) -> Option<Embedding> {
    network::mean(pieces.map(|p| (p.embedding, p.speech_s as f32)))
}

/// For each piece how much more likely the best sequence is in which it is of the first voice than the best one in which it is of the
/// second. Below zero it is of the second; near zero it cannot be told.
fn tell(pieces: &[Piece], grouped: &[usize], means: &[Embedding; 2]) -> Vec<f64> {
    let differences: Vec<f64> =
        pieces.iter().map(|p| f64::from(dot(&p.embedding, &means[0]) - dot(&p.embedding, &means[1]))).collect();
    let grouped_s: f64 = grouped.iter().map(|i| pieces[*i].speech_s).sum();
    let usual = grouped.iter().map(|i| pieces[*i].speech_s * differences[*i].abs()).sum::<f64>() / grouped_s.max(1e-9);
    let score = |i: usize| {
        let length = (pieces[i].speech_s / FULL_S).clamp(SHARES.0, SHARES.1);
        let score = STRENGTH * differences[i] / usual.max(1e-3) * length * (1.0 - 0.7 * pieces[i].overlap);
        score.clamp(-MOST_SCORE, MOST_SCORE)
    };
    let scores: Vec<f64> = (0..pieces.len()).map(score).collect();
    let cost = |i: usize| {
        let silence_s = pieces[i].span.start_s - pieces[i - 1].span.end_s;
        let base = match pieces[i].boundary {
            Boundary::Change => COST_AT_CHANGE,
            Boundary::Length => COST_WITHIN,
            Boundary::Pause if silence_s < SHORT_PAUSE_S => COST_AFTER_SHORT_PAUSE,
            Boundary::Pause => COST_AFTER_PAUSE,
        };
        base + LINK_COST * pieces[i].link
    };
    leanings(&scores, cost)
}

/// Max-marginals of a chain of two states: for each piece the best sum over sequences in which it is in the first state, less the best
/// one in which it is in the second. `scores` speak for the first state, `cost(i)` is that of changing before `i`.
fn leanings(scores: &[f64], cost: impl Fn(usize) -> f64) -> Vec<f64> {
    let step = |best: [f64; 2], cost: f64| [best[0].max(best[1] - cost), best[1].max(best[0] - cost)];
    let own = |i: usize| [scores[i] / 2.0, -scores[i] / 2.0];
    let add = |a: [f64; 2], b: [f64; 2]| [a[0] + b[0], a[1] + b[1]];
    // Until a piece, and with it ...
    let mut until: Vec<[f64; 2]> = Vec::with_capacity(scores.len());
    for i in 0..scores.len() {
        let before = until.last().map_or([0.0; 2], |best| step(*best, cost(i)));
        until.push(add(before, own(i)));
    }
    // ... and from behind it on.
    let mut boundary = [0.0; 2];
    let mut leanings = vec![0.0; scores.len()];
    for i in (0..scores.len()).rev() {
        let [first, second] = add(until[i], boundary);
        leanings[i] = first - second;
        if i > 0 {
            boundary = step(add(boundary, own(i)), cost(i));
        }
    }
    leanings
}

/// Pieces of two seconds with half a second between, of the voice that each character stands for. `wavers` is how far a piece is
/// from its voice.
#[cfg(test)]
pub(super) fn pieces_of(voices: &str, wavers: f32) -> Vec<Piece> {
    let piece = |(i, voice): (usize, char)| {
        let mut embedding = [0.0; network::WIDTH];
        embedding[voice as usize - 'a' as usize] = 1.0;
        embedding[10 + i] = wavers;
        let length = dot(&embedding, &embedding).sqrt();
        let start_s = 2.5 * i as f64;
        Piece {
            span: crate::span::Span::new(start_s, start_s + 2.0),
            speech_s: 2.0,
            embedding: embedding.map(|x| x / length),
            overlap: 0.0,
            link: 0.0,
            boundary: Boundary::Pause,
        }
    };
    voices.chars().enumerate().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(voices: &str, wavers: f32) -> String {
        let groups = two(&pieces_of(voices, wavers)).unwrap();
        let first = groups.second[0];
        groups.second.iter().map(|second| if *second == first { 'a' } else { 'b' }).collect()
    }

    #[test]
    fn two_voices_are_two_groups() {
        for voices in ["abab", "aabbbbab", "abbbbbbbbbbbbba", "aaaaaaaaaab"] {
            assert_eq!(told(voices, 0.8), voices);
        }
        assert!(two(&pieces_of("aabbbbab", 0.8)).unwrap().gap > 0.5);
        assert!(two(&pieces_of("aaaaaaaa", 0.8)).unwrap().gap < 0.1);
        assert!(two(&pieces_of("ab", 0.0)).is_none());
    }

    #[test]
    fn a_doubtful_piece_goes_with_its_neighbours_and_is_known_as_doubtful() {
        // What the other answer costs: its own score, and a change on each side unless a neighbour goes along.
        assert_eq!(leanings(&[5.0, 5.0, -1.0, 5.0, -5.0, -5.0], |_| 1.0), [6.0, 6.0, 1.0, 4.0, -5.0, -6.0]);
        // Changes that cost little.
        assert_eq!(leanings(&[5.0, -1.0, 5.0], |_| 0.25), [4.75, -0.5, 4.75]);
        assert!(leanings(&[], |_| 1.0).is_empty());
    }
}
