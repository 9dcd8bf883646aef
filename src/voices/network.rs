//! The two networks: which of at most three voices speaks when within ten seconds (pyannote segmentation-3.0), and what a voice is
//! like as a vector (CAM++). `tests/training/voices/make_voices.py` writes the weights and says what goes in and comes out.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::{AsView, NdTensor};

use super::mel::{BANDS, Mel};

static WEIGHTS: &[u8] = include_bytes!("../../models/voices.onnx");
static NETWORKS: LazyLock<Networks> = LazyLock::new(Networks::read);

thread_local! {
    /// Each thread runs the networks on one thread: their matrices are too small to be shared out, and threads that wait for the
    /// next one spin.
    static RUN_OPTIONS: RunOptions =
        RunOptions::default().with_thread_pool(Some(Arc::new(ThreadPool::with_num_threads(1))));
}

/// Values of a voice's vector.
pub(super) const WIDTH: usize = 192;
/// A voice as a vector of length one: the cosine of two says how alike they are.
pub(super) type Embedding = [f32; WIDTH];

/// Samples from one frame of [`who`] to the next.
pub(super) const WHO_HOP: usize = 270;
/// The sample in the middle of its first frame.
pub(super) const WHO_FIRST: usize = 495;
/// The voices that the segmentation tells apart at a time.
pub(super) const LOCAL_VOICES: usize = 3;
/// Which voices, as bits, each of the segmentation's classes stands for.
const CLASSES: [u8; 7] = [0b000, 0b001, 0b010, 0b100, 0b011, 0b101, 0b110];

/// Frames of the embedding's inner layers that share one context ...
const PART: usize = 100;
/// ... where there is one for every so many mel frames.
const MEL_FRAMES: usize = 2;

struct Networks {
    model: Model,
    mel: Mel,
    nodes: Nodes,
}

struct Nodes {
    sound: NodeId,
    who: NodeId,
    mel: NodeId,
    parts: NodeId,
    parts_of_frames: NodeId,
    voice: NodeId,
}

/// Calls `run` for each item, as many at a time as there are cores, and returns the results in the items' order.
pub(super) fn for_each<T: Sync, R: Send + Sync>(items: &[T], run: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let results: Vec<OnceLock<R>> = items.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(i) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|i| *i < items.len()) {
            results[i].get_or_init(|| run(&items[i]));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    results.into_iter().map(|result| result.into_inner().expect("every item was worked on")).collect()
}

impl Networks {
    fn read() -> Self {
        // The weights are packed once, not for every piece.
        let model = ModelOptions::with_all_ops().prepack_weights(true).load_static_slice(WEIGHTS);
        let model = model.expect("the networks are part of the program and tested");
        let node = |name| model.node_id(name).expect("the networks have their ends");
        let nodes = Nodes {
            sound: node("sound"),
            who: node("who"),
            mel: node("mel"),
            parts: node("parts"),
            parts_of_frames: node("parts_of_frames"),
            voice: node("voice"),
        };
        Self { model, mel: Mel::new(), nodes }
    }

    fn run<const N: usize>(&self, inputs: Vec<(NodeId, ValueOrView<'_>)>, output: NodeId) -> NdTensor<f32, N> {
        let options = RUN_OPTIONS.with(RunOptions::clone);
        let [output] = self.model.run_n(inputs, [output], Some(options)).expect("the inputs have their shapes");
        output.try_into().expect("the output has its shape")
    }
}

/// The voices that speak in each frame of some sound, as bits; which bit is whose holds within this sound only.
/// It has to be long enough for a frame (62 ms).
pub(super) fn who(samples: Vec<f32>) -> Vec<u8> {
    let networks = &*NETWORKS;
    let sound = NdTensor::from_data([1, 1, samples.len()], samples);
    let classes: NdTensor<f32, 3> = networks.run(vec![(networks.nodes.sound, sound.into())], networks.nodes.who);
    let likeliest = |row: &[f32]| (0..CLASSES.len()).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap_or(0);
    classes.to_vec().chunks_exact(CLASSES.len()).map(|row| CLASSES[likeliest(row)]).collect()
}

/// What the voice in some sound is like; `None` in less than 65 ms of it.
pub(super) fn voice(samples: &[f32]) -> Option<Embedding> {
    let networks = &*NETWORKS;
    let mel = networks.mel.frames(samples);
    let frames = mel.len() / BANDS;
    let inner = frames.div_ceil(MEL_FRAMES);
    // A deviation needs two.
    if inner < 3 {
        return None;
    }
    let count = inner.div_ceil(PART);
    let mut parts = NdTensor::full([1, inner, count], 1.0 / inner as f32);
    let mut parts_of_frames = NdTensor::zeros([1, count, inner]);
    for i in 0..inner {
        let part = i / PART;
        parts[[0, i, part]] += 1.0 / (inner - part * PART).min(PART) as f32;
        parts_of_frames[[0, part, i]] = 1.0;
    }
    let inputs = vec![
        (networks.nodes.mel, NdTensor::from_data([1, frames, BANDS], mel).into()),
        (networks.nodes.parts, parts.into()),
        (networks.nodes.parts_of_frames, parts_of_frames.into()),
    ];
    let vector: NdTensor<f32, 2> = networks.run(inputs, networks.nodes.voice);
    let mut embedding: Embedding = vector.to_vec().try_into().expect("a vector has its width");
    let length = dot(&embedding, &embedding).sqrt().max(f32::MIN_POSITIVE);
    embedding.iter_mut().for_each(|x| *x /= length);
    Some(embedding)
}

/// The product of two vectors: the cosine where both have length one.
pub(super) fn dot(a: &Embedding, b: &Embedding) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The mean of some voices, each with its weight, as a vector of length one; `None` of none.
pub(super) fn mean(voices: impl Iterator<Item = (Embedding, f32)>) -> Option<Embedding> {
    let mut sum = [0.0; WIDTH];
    for (voice, weight) in voices {
        sum.iter_mut().zip(voice).for_each(|(sum, x)| *sum += weight * x);
    }
    let length = dot(&sum, &sum).sqrt();
    (length > 0.0).then(|| sum.map(|x| x / length))
}
