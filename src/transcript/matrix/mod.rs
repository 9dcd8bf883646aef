//! Matrix products for the speech model, on processors with AVX2 or better.
//!
//! Transcription spends most of its time in a few large matrix products of whisper.cpp's encoder. whisper.cpp's own
//! kernels scale every product of 32 bytes separately; the kernels here interleave the rows of a panel, so that one
//! multiplication by scales serves as many results as a register has lanes. The kernels are chosen at run time
//! ([`Kernels::best`]). All of them add in the same order, which differs slightly from whisper.cpp's, so that their
//! results are identical bit for bit. The linker substitutes them for whisper.cpp's own `llamafile_sgemm` (`build.rs`,
//! `src/linked.rs`), which still computes whatever is not [taken](Factors::are_taken) here.
//!
//! The matrices are laid out as in whisper.cpp: `a` has one row per row of the result and `b` one row per column of the
//! result, each of length `depth`; column `j` of the result begins at `stride * j`.

#![allow(unsafe_code, reason = "vector instructions, which must only run where the processor has them")]

mod avx2;
mod avx512;
mod avx_vnni;
mod in_use;

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
use std::cell::Cell;
use std::ops::Range;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::LocalKey;

use super::cpu::Cpu;

pub use in_use::in_use;

/// Number of values that share a scale in a [`Block`].
const BLOCK: usize = 32;

/// ggml's `block_q8_0`: 32 values as bytes, times a half-precision scale.
#[derive(Clone, Copy)]
#[repr(C, packed(2))]
pub struct Block {
    /// The scale, in half precision.
    pub scale: u16,
    /// The values, in multiples of the scale.
    pub steps: [i8; BLOCK],
}

impl Block {
    const ZERO: Self = Self { scale: 0, steps: [0; BLOCK] };

    /// Returns the bytes in groups of four.
    fn groups(&self) -> [i32; GROUPS] {
        let (groups, _) = self.steps.as_chunks::<4>();
        std::array::from_fn(|i| i32::from_le_bytes(groups[i].map(i8::cast_unsigned)))
    }
}

/// Rows of a matrix that lie `stride` elements apart.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    /// The elements from the first of the first row to the last of the last row.
    pub elements: &'a [T],
    /// Number of elements from the beginning of one row to the beginning of the next.
    pub stride: usize,
    /// Number of elements in a row, at least one.
    pub depth: usize,
    /// Number of rows.
    pub count: usize,
}

impl<'a, T> Rows<'a, T> {
    fn row(&self, row: usize) -> &'a [T] {
        &self.elements[row * self.stride..][..self.depth]
    }

    /// Returns a range of the rows.
    fn part(self, rows: Range<usize>) -> Self {
        let end = (rows.end * self.stride).min(self.elements.len());
        Self { elements: &self.elements[rows.start * self.stride..end], count: rows.len(), ..self }
    }
}

/// Two matrices to be multiplied.
pub enum Factors<'a> {
    /// Matrices of [`Block`]s: the weights of the default model.
    Blocks(Rows<'a, Block>, Rows<'a, Block>),
    /// Matrices of half-precision numbers: the model's attention and its first layers.
    Halves(Rows<'a, u16>, Rows<'a, u16>),
}

/// A function that multiplies rows by columns. Its arguments are `a`, `b`, the result and the result's stride.
///
/// The processor must have the instructions of the kernels that the function belongs to.
type Multiply<T> = unsafe fn(Rows<'_, T>, Rows<'_, T>, &mut [f32], usize);
/// A function that multiplies rows by a single column.
///
/// The processor must have the instructions of the kernels that the function belongs to.
type MultiplyByOne<T> = unsafe fn(Rows<'_, T>, Rows<'_, T>, &mut [f32]);

/// The kernels for a class of processors.
#[derive(Debug)]
pub struct Kernels {
    cpu: Cpu,
    blocks: Multiply<Block>,
    blocks_by_one: MultiplyByOne<Block>,
    halves: Multiply<u16>,
    halves_by_one: MultiplyByOne<u16>,
}

static AVX2: Kernels = Kernels {
    cpu: Cpu::Avx2,
    blocks: multiply_blocks::<avx2::Widened>,
    blocks_by_one: avx2::multiply_blocks_by_one,
    halves: multiply_halves::<avx2::Halves>,
    halves_by_one: avx2::multiply_halves_by_one,
};
static AVX_VNNI: Kernels = Kernels {
    cpu: Cpu::AvxVnni,
    blocks: multiply_blocks::<avx_vnni::Bytes>,
    blocks_by_one: avx_vnni::multiply_blocks_by_one,
    halves: multiply_halves::<avx2::Halves>,
    halves_by_one: avx2::multiply_halves_by_one,
};
static AVX512: Kernels = Kernels {
    cpu: Cpu::Avx512,
    blocks: multiply_blocks::<avx512::Bytes>,
    blocks_by_one: avx512::multiply_blocks_by_one,
    halves: multiply_halves::<avx512::Halves>,
    halves_by_one: avx512::multiply_halves_by_one,
};

/// Number of products, or shares of one, computed here since the program began.
static MULTIPLIED: AtomicU64 = AtomicU64::new(0);

/// Returns the number of products, or shares of one, computed here since the program began.
pub fn multiplied() -> u64 {
    MULTIPLIED.load(Ordering::Relaxed)
}

impl Kernels {
    /// Returns the best kernels for this processor; `None` if there are none. The first call decides.
    pub fn best() -> Option<&'static Self> {
        static BEST: LazyLock<Option<&'static Kernels>> = LazyLock::new(|| Kernels::of(Cpu::best()));
        *BEST
    }

    /// Returns the kernels for a class of processors; `None` if there are none or this processor lacks the
    /// instructions.
    fn of(cpu: Cpu) -> Option<&'static Self> {
        [&AVX2, &AVX_VNNI, &AVX512].into_iter().find(|kernels| kernels.cpu == cpu && cpu.is_present())
    }

    /// Multiplies factors that are [taken](Factors::are_taken). Column `j` of `result` begins at `stride * j`, with one
    /// number per row of the first matrix. Uses up to `threads` threads, as many as the amount of work justifies; the
    /// numbers do not depend on how many.
    pub fn multiply(&self, factors: &Factors, result: &mut [f32], stride: usize, threads: usize) {
        let threads = threads.min(factors.worth()).max(1);
        std::thread::scope(|scope| {
            let mut rest = result;
            for turn in 0..threads {
                let (part, others) = rest.split_at_mut(factors.share(turn, threads, stride).len());
                rest = others;
                let mut work = move || self.multiply_share(factors, turn, threads, part, stride);
                if turn + 1 == threads {
                    return work();
                }
                scope.spawn(work);
            }
        });
    }

    /// Computes share `turn` of `threads` of the result. `result` holds this [share](Factors::share) only.
    pub fn multiply_share(&self, factors: &Factors, turn: usize, threads: usize, result: &mut [f32], stride: usize) {
        assert!(factors.are_taken(), "these are for others to multiply");
        let (rows, columns) = factors.shape();
        let share = partition(if columns == 1 { rows } else { columns }, turn, threads);
        if share.is_empty() {
            return;
        }
        MULTIPLIED.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the processor has the instructions: `Kernels::of` returns no others.
        unsafe {
            match factors {
                Factors::Blocks(a, b) if columns == 1 => (self.blocks_by_one)(a.part(share), *b, result),
                Factors::Halves(a, b) if columns == 1 => (self.halves_by_one)(a.part(share), *b, result),
                Factors::Blocks(a, b) => (self.blocks)(*a, b.part(share), result, stride),
                Factors::Halves(a, b) => (self.halves)(*a, b.part(share), result, stride),
            }
        }
    }
}

impl Factors<'_> {
    /// Returns whether the product is large enough to justify the preparation here.
    pub fn are_taken(&self) -> bool {
        let least_rows = match self {
            Self::Blocks(..) => 1,
            Self::Halves(..) => ROWS,
        };
        match self.shape() {
            (_, 1) => true,
            (rows, columns) => columns >= FEWEST_COLUMNS && rows >= least_rows,
        }
    }

    /// Returns the range of the result that thread `turn` of `threads` computes: whole columns or, if there is only one
    /// column, some of its rows.
    pub fn share(&self, turn: usize, threads: usize, stride: usize) -> Range<usize> {
        let (rows, columns) = self.shape();
        if columns == 1 {
            return partition(rows, turn, threads);
        }
        let Range { start, end } = partition(columns, turn, threads);
        let end = if end == columns { (columns - 1) * stride + rows } else { end * stride };
        (start * stride).min(end)..end
    }

    /// Returns the numbers of rows and columns of the result.
    fn shape(&self) -> (usize, usize) {
        match self {
            Self::Blocks(a, b) => (a.count, b.count),
            Self::Halves(a, b) => (a.count, b.count),
        }
    }

    /// Returns the number of threads that the amount of work justifies.
    fn worth(&self) -> usize {
        let depth = match self {
            Self::Blocks(a, _) => a.depth * BLOCK,
            Self::Halves(a, _) => a.depth,
        };
        let (work, least, units) = match self.shape() {
            (rows, 1) => (rows * depth, LEAST_READ, rows),
            (rows, columns) => (rows * columns * depth, LEAST_PRODUCTS, columns),
        };
        (work / least).min(units.div_ceil(GRAIN))
    }
}

/// Minimum number of matrix elements per thread in a product with a single column: fewer are read before a thread has
/// started.
const LEAST_READ: usize = 1 << 21;
/// Minimum number of multiplications per thread in a product with several columns.
const LEAST_PRODUCTS: usize = 1 << 24;
/// Columns (or the rows of a single column) are divided among threads in groups of this size: a multiple of the number
/// that any kernel processes at a time.
const GRAIN: usize = 24;
/// With fewer columns than this, packing the first matrix takes as long as it saves.
const FEWEST_COLUMNS: usize = 12;

/// Returns the range of `count` columns, or rows, that thread `turn` of `threads` works on.
fn partition(count: usize, turn: usize, threads: usize) -> Range<usize> {
    let groups = count.div_ceil(GRAIN);
    let from = |turn: usize| (groups * turn / threads * GRAIN).min(count);
    from(turn)..from(turn + 1)
}

/// Number of bytes of the first matrix that are packed at a time. They are read again for every group of columns, and
/// should still be in the cache.
const NEAR: usize = 1 << 20;

// ---- Blocks of bytes

/// Number of rows of blocks in a panel.
const ROWS: usize = 16;
/// Number of groups of four bytes in a block. A byte product adds up one group.
const GROUPS: usize = BLOCK / 4;

/// Multiplication of blocks by several columns on a class of processors.
///
/// # Safety of its functions
/// The processor must have the instructions that they use.
trait BlockKernel: Sized + 'static {
    /// One packed block of each of [`ROWS`] rows.
    type Panel;
    /// One packed block of each of [`COLUMNS`](Self::COLUMNS) columns.
    type Columns;
    /// Number of columns processed at a time.
    const COLUMNS: usize;

    /// Returns the buffers for packed blocks. Allocating them anew for each of hundreds of products took longer than
    /// filling them.
    fn room() -> &'static LocalKey<Cell<Room<Self::Panel, Self::Columns>>>;

    /// Packs a panel of rows: appends one element per block of a row.
    unsafe fn pack(rows: &[&[Block]; ROWS], panels: &mut Vec<Self::Panel>);

    /// Packs the columns from `first` on; if there are too few, the last one is repeated.
    unsafe fn prepare(columns: Rows<'_, Block>, first: usize, into: &mut Vec<Self::Columns>);

    /// Multiplies a panel by a group of columns, and writes `width` columns of `rows` numbers each.
    unsafe fn multiply(
        panel: &[Self::Panel],
        columns: &[Self::Columns],
        width: usize,
        rows: usize,
        result: &mut [f32],
        stride: usize,
    );
}

/// Buffers for packed panels and columns.
struct Room<P, C> {
    panels: Vec<P>,
    columns: Vec<C>,
}

impl<P, C> Room<P, C> {
    const EMPTY: Self = Self { panels: Vec::new(), columns: Vec::new() };
}

impl<P, C> Default for Room<P, C> {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// Multiplies blocks by several columns.
///
/// # Safety
/// The processor must have the instructions of the kernel.
unsafe fn multiply_blocks<K: BlockKernel>(a: Rows<'_, Block>, b: Rows<'_, Block>, result: &mut [f32], stride: usize) {
    let depth = a.depth;
    let at_once = (NEAR / (depth * size_of::<K::Panel>())).max(1) * ROWS;
    let mut room = K::room().take();
    for first_row in (0..a.count).step_by(at_once) {
        let rows = first_row..(first_row + at_once).min(a.count);
        room.panels.clear();
        for row in rows.clone().step_by(ROWS) {
            let panel = std::array::from_fn(|i| a.row((row + i).min(a.count - 1)));
            // SAFETY: as promised by the caller.
            unsafe { K::pack(&panel, &mut room.panels) };
        }
        for first_column in (0..b.count).step_by(GRAIN) {
            let columns = first_column..(first_column + GRAIN).min(b.count);
            room.columns.clear();
            for column in columns.clone().step_by(K::COLUMNS) {
                // SAFETY: as promised by the caller.
                unsafe { K::prepare(b, column, &mut room.columns) };
            }
            for (row, panel) in rows.clone().step_by(ROWS).zip(room.panels.chunks_exact(depth)) {
                let height = ROWS.min(rows.end - row);
                for (column, group) in columns.clone().step_by(K::COLUMNS).zip(room.columns.chunks_exact(depth)) {
                    let width = K::COLUMNS.min(columns.end - column);
                    // SAFETY: as promised by the caller.
                    unsafe { K::multiply(panel, group, width, height, &mut result[column * stride + row..], stride) };
                }
            }
        }
    }
    K::room().set(room);
}

// ---- Half precision

/// Multiplication of half-precision numbers by several columns on a class of processors.
///
/// # Safety of its functions
/// The processor must have the instructions that they use.
trait HalfKernel {
    /// Number of rows in a panel: a multiple of the numbers in a [`Line`].
    const ROWS: usize;
    /// Number of columns processed at a time.
    const COLUMNS: usize;

    /// Converts half-precision numbers to single precision.
    unsafe fn singles(halves: &[u16], into: &mut [f32]);

    /// Multiplies panels by [`COLUMNS`](Self::COLUMNS) columns, and writes the first `width` of the resulting columns,
    /// `rows` numbers each.
    unsafe fn multiply(panels: &[f32], columns: &[f32], width: usize, rows: usize, result: &mut [f32], stride: usize);
}

/// A cache line of a panel's numbers.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(#[expect(dead_code, reason = "read through `numbers`")] [f32; 16]);

thread_local! {
    /// Buffers for the panels and the columns of a half-precision product.
    static HALF_ROOM: Cell<Room<Line, f32>> = const { Cell::new(Room::EMPTY) };
}

/// Multiplies half-precision numbers by several columns.
///
/// # Safety
/// The processor must have the instructions of the kernel.
unsafe fn multiply_halves<K: HalfKernel>(a: Rows<'_, u16>, b: Rows<'_, u16>, result: &mut [f32], stride: usize) {
    let depth = a.depth;
    let at_once = (NEAR / 2 / (depth * K::ROWS * size_of::<f32>())).max(1) * K::ROWS;
    let mut room = HALF_ROOM.take();
    room.columns.resize(K::COLUMNS * depth, 0.0);
    for first_row in (0..a.count).step_by(at_once) {
        let rows = first_row..(first_row + at_once).min(a.count);
        room.panels.resize(rows.len().div_ceil(K::ROWS) * K::ROWS * depth / Line::LENGTH, Line::ZERO);
        let panels = numbers_mut(&mut room.panels);
        for (row, panel) in rows.clone().step_by(K::ROWS).zip(panels.chunks_exact_mut(depth * K::ROWS)) {
            // SAFETY: as promised by the caller.
            unsafe { arrange_halves::<K>(a, row, &mut room.columns[..depth], panel) };
        }
        for column in (0..b.count).step_by(K::COLUMNS) {
            let width = K::COLUMNS.min(b.count - column);
            for (i, singles) in room.columns.chunks_exact_mut(depth).enumerate() {
                // SAFETY: as promised by the caller.
                unsafe { K::singles(b.row((column + i).min(b.count - 1)), singles) };
            }
            let result = &mut result[column * stride + first_row..];
            // SAFETY: as promised by the caller.
            unsafe { K::multiply(numbers(&room.panels), &room.columns, width, rows.len(), result, stride) };
        }
    }
    HALF_ROOM.set(room);
}

/// Packs a panel of the rows from `first_row` on: the first number of every row, then the second of every row, and so
/// on. If there are too few rows, the last one is repeated. `row` is a buffer for one row.
///
/// # Safety
/// The processor must have the instructions of the kernel.
unsafe fn arrange_halves<K: HalfKernel>(a: Rows<'_, u16>, first_row: usize, row: &mut [f32], panel: &mut [f32]) {
    for lane in 0..K::ROWS {
        let halves = a.row((first_row + lane).min(a.count - 1));
        ask_for_row(halves, a.stride);
        // SAFETY: as promised by the caller.
        unsafe { K::singles(halves, row) };
        for (numbers, number) in panel.chunks_exact_mut(K::ROWS).zip(&*row) {
            numbers[lane] = *number;
        }
    }
}

impl Line {
    const LENGTH: usize = 16;
    const ZERO: Self = Self([0.0; Self::LENGTH]);
}

fn numbers(lines: &[Line]) -> &[f32] {
    // SAFETY: a line consists of its numbers and nothing else.
    unsafe { std::slice::from_raw_parts(lines.as_ptr().cast(), size_of_val(lines) / size_of::<f32>()) }
}

fn numbers_mut(lines: &mut [Line]) -> &mut [f32] {
    // SAFETY: as above.
    unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), size_of_val(lines) / size_of::<f32>()) }
}

/// Returns the scale of block `k` of each row.
#[inline]
fn half_scales(rows: &[&[Block]; ROWS], k: usize) -> [u16; ROWS] {
    std::array::from_fn(|i| rows[i][k].scale)
}

/// Splits the columns, which all have the same length.
fn half_columns<const N: usize>(columns: &[f32]) -> [&[f32]; N] {
    let depth = columns.len() / N;
    std::array::from_fn(|j| &columns[j * depth..][..depth])
}

// ---- Memory

/// Prefetch distance in a matrix of blocks that is read once, in blocks.
const BLOCKS_AHEAD: usize = 64;
/// Prefetch distance in half precision, in rows.
const ROWS_AHEAD: usize = 8;
/// Number of half-precision numbers in a cache line (64 bytes).
const HALVES_OF_LINE: usize = 32;

/// Prefetches the row [`ROWS_AHEAD`] rows ahead of `row`: the rows of one attention head lie far apart, so that the
/// hardware does not prefetch them.
#[inline]
fn ask_for_row(row: &[u16], stride: usize) {
    for line in row.chunks(HALVES_OF_LINE) {
        ask(&line[0], stride * ROWS_AHEAD);
    }
}

/// Prefetches the cache line that lies `elements` elements ahead of `here`.
#[inline]
fn ask<T>(here: &T, elements: usize) {
    let ahead = std::ptr::from_ref(here).wrapping_add(elements).cast::<i8>();
    // SAFETY: every x86-64 processor has this instruction. It does not fault, whatever the address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(ahead) };
}

/// Writes `rows` numbers of each of the first `width` columns to the result.
#[inline]
fn store<const N: usize, const COLUMNS: usize>(
    columns: [[f32; N]; COLUMNS],
    width: usize,
    rows: usize,
    result: &mut [f32],
    stride: usize,
) {
    if width == COLUMNS && rows == N {
        for (j, numbers) in columns.iter().enumerate() {
            result[j * stride..][..N].copy_from_slice(numbers);
        }
    } else {
        for (j, numbers) in columns.iter().enumerate().take(width) {
            result[j * stride..][..rows].copy_from_slice(&numbers[..rows]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pseudorandom number generator with the same numbers in every run.
    struct Chance(u64);

    impl Chance {
        fn next(&mut self) -> u32 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as u32
        }

        fn block(&mut self) -> Block {
            // Scales from 2^-8 on, and all byte values, including -128.
            let scale = (((self.next() % 4 + 7) << 10) | (self.next() % 1_024)) as u16;
            Block { scale, steps: std::array::from_fn(|_| self.next() as i8) }
        }

        /// Returns a half-precision number of magnitude 1/8 to 2, of either sign.
        fn half(&mut self) -> u16 {
            (((self.next() % 2) << 15) | ((self.next() % 4 + 12) << 10) | (self.next() % 1_024)) as u16
        }
    }

    /// Returns the value of a normal half-precision number, by the definition of the format.
    fn value(half: u16) -> f64 {
        let sign = if half >> 15 == 1 { -1.0 } else { 1.0 };
        sign * (1.0 + f64::from(half & 1_023) / 1_024.0) * 2_f64.powi(i32::from(half >> 10 & 31) - 15)
    }

    fn blocks<'a>(a: Rows<'a, Block>, b: Rows<'a, Block>) -> Factors<'a> {
        Factors::Blocks(a, b)
    }

    fn halves<'a>(a: Rows<'a, u16>, b: Rows<'a, u16>) -> Factors<'a> {
        Factors::Halves(a, b)
    }

    fn block_product(a: &[Block], b: &[Block]) -> (f64, f64) {
        let products = a.iter().zip(b).map(|(a, b)| {
            let (a_steps, b_steps) = (a.steps, b.steps);
            let sum: i64 = a_steps.iter().zip(&b_steps).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
            value(a.scale) * value(b.scale) * sum as f64
        });
        products.fold((0.0, 0.0), |(sum, size), p| (sum + p, size + p.abs()))
    }

    fn half_product(a: &[u16], b: &[u16]) -> (f64, f64) {
        let products = a.iter().zip(b).map(|(a, b)| value(*a) * value(*b));
        products.fold((0.0, 0.0), |(sum, size), p| (sum + p, size + p.abs()))
    }

    /// Returns the kernels that this machine can run.
    fn kernels() -> Vec<&'static Kernels> {
        let kernels: Vec<_> = Cpu::ALL.into_iter().filter_map(Kernels::of).collect();
        if kernels.is_empty() {
            eprintln!("skipped: this processor has no AVX2");
        }
        kernels
    }

    /// Multiplies matrices of a shape with every kernel, and compares every number with its definition and with the
    /// other kernels' results. The gaps between the columns of the result must stay untouched.
    fn check<T: Copy>(
        [rows, columns, depth]: [usize; 3],
        mut draw: impl FnMut() -> T,
        product: impl Fn(&[T], &[T]) -> (f64, f64),
        factors: impl for<'a> Fn(Rows<'a, T>, Rows<'a, T>) -> Factors<'a>,
    ) {
        let shape = format!("{rows}x{columns}x{depth}");
        let (gap, stride) = (3, rows + 2);
        let mut elements =
            |count: usize| -> Vec<T> { (0..(count - 1) * (depth + gap) + depth).map(|_| draw()).collect() };
        let (a, b) = (elements(rows), elements(columns));
        let a = Rows { elements: &a, stride: depth + gap, depth, count: rows };
        let b = Rows { elements: &b, stride: depth + gap, depth, count: columns };
        let factors = factors(a, b);
        assert!(factors.are_taken(), "{shape}");
        let mut results = Vec::new();
        for kernels in kernels() {
            for threads in [1, 3] {
                let mut result = vec![f32::NAN; (columns - 1) * stride + rows];
                kernels.multiply(&factors, &mut result, stride, threads);
                results.push((kernels, result));
            }
            let mut in_shares = vec![f32::NAN; (columns - 1) * stride + rows];
            for turn in [1, 0, 3, 2] {
                let share = factors.share(turn, 4, stride);
                kernels.multiply_share(&factors, turn, 4, &mut in_shares[share], stride);
            }
            results.push((kernels, in_shares));
        }
        let Some((_, result)) = results.first() else { return };
        for (kernels, other) in &results {
            let same = result.iter().zip(other).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{shape}: {kernels:?} gives other numbers");
        }
        for (i, got) in result.iter().enumerate() {
            let (column, row) = (i / stride, i % stride);
            if row >= rows {
                assert!(got.is_nan(), "written between the columns");
                continue;
            }
            let (right, size) = product(a.row(row), b.row(column));
            let error = (f64::from(*got) - right).abs();
            assert!(error <= 1e-5 * size, "{shape}: {got} for {right} in row {row}, column {column}");
        }
    }

    const SHAPES: [[usize; 3]; 9] = [
        [16, 12, 1],
        [17, 13, 2],
        [33, 12, 3],
        [64, 50, 5],
        [31, 24, 16],
        [100, 37, 64],
        [16, 1, 4],
        [1, 1, 1],
        [51, 1, 7],
    ];

    #[test]
    fn blocks_multiply_as_defined() {
        let mut chance = Chance(1);
        // The last two justify several threads.
        for shape in SHAPES.into_iter().chain([[513, 250, 16], [13_001, 1, 16]]) {
            check(shape, || chance.block(), block_product, blocks);
        }
    }

    #[test]
    fn halves_multiply_as_defined() {
        let mut chance = Chance(2);
        for [rows, columns, depth] in SHAPES {
            check([rows, columns, depth * 11], || chance.half(), half_product, halves);
        }
        // More of the first matrix than is packed at a time, and enough work for several threads.
        check([2_100, 250, 96], || chance.half(), half_product, halves);
        check([4_500, 1, 1_500], || chance.half(), half_product, halves);
    }

    #[test]
    fn the_largest_bytes_do_not_overflow() {
        for (a, b) in [(-128, -128), (-128, 127), (127, 127)] {
            let mut turn = 0;
            let block = || {
                turn += 1;
                let step = if turn <= 16 * 4 + 15 * 3 { a } else { b };
                Block { scale: 0x3c00, steps: [step; BLOCK] }
            };
            check([16, 12, 4], block, block_product, blocks);
        }
        for (a, b) in [(-128, -128), (-128, -127), (127, -128), (-128, 127)] {
            let mut turn = 0;
            let block = || {
                turn += 1;
                Block { scale: 0x3c00, steps: [if turn <= 16 * 4 + 15 * 3 { a } else { b }; BLOCK] }
            };
            check([16, 1, 4], block, block_product, blocks);
        }
    }

    #[test]
    fn a_few_columns_are_left_to_others() {
        let elements = vec![0; 64];
        let rows = |count| Rows { elements: &elements, stride: 8, depth: 8, count };
        for columns in 2..FEWEST_COLUMNS.min(8) {
            assert!(!Factors::Halves(rows(8), rows(columns)).are_taken());
        }
    }
}
