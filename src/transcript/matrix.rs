//! Products of matrices for the speech model, on processors with AVX-512 and its byte products (VNNI).
//!
//! Most of what reading a recording takes is a handful of large matrix products in whisper.cpp's encoder. Its own kernels
//! work in registers of half the width and scale every product of 32 bytes by itself; these keep sixteen rows in one
//! register, so that one instruction multiplies 64 bytes and a scale serves sixteen results. The numbers are the same up to
//! the order in which they are added. The program has the linker put [`Factors`] before whisper.cpp's own
//! `llamafile_sgemm` (`build.rs`, `src/linked.rs`), which goes on doing whatever is refused here.
//!
//! Matrices are whisper.cpp's: `a` has a row for every row of the result and `b` one for every column, each `depth` long,
//! and column `j` of the result begins at `stride * j`.

#![allow(unsafe_code, reason = "vector instructions, which must only run where the processor has them")]

use std::arch::x86_64::*;
use std::cell::RefCell;
use std::ops::Range;

/// Numbers that share a scale in [`Block`].
const BLOCK: usize = 32;

/// ggml's `block_q8_0`: 32 numbers as bytes, times a scale of half precision.
#[derive(Clone, Copy)]
#[repr(C, packed(2))]
pub struct Block {
    /// The scale, in half precision.
    pub scale: u16,
    /// The numbers in steps of the scale.
    pub steps: [i8; BLOCK],
}

impl Block {
    const ZERO: Self = Self { scale: 0, steps: [0; BLOCK] };
}

/// Rows of a matrix that lie `stride` elements apart.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    /// From the first element of the first row to the last of the last.
    pub elements: &'a [T],
    /// Elements from the beginning of one row to that of the next.
    pub stride: usize,
    /// Elements in a row, at least one.
    pub depth: usize,
    /// How many rows there are.
    pub count: usize,
}

impl<'a, T> Rows<'a, T> {
    fn row(&self, row: usize) -> &'a [T] {
        &self.elements[row * self.stride..][..self.depth]
    }

    /// Some of the rows.
    fn part(self, rows: Range<usize>) -> Self {
        let end = (rows.end * self.stride).min(self.elements.len());
        Self { elements: &self.elements[rows.start * self.stride..end], count: rows.len(), ..self }
    }
}

/// Two matrices to be multiplied.
pub enum Factors<'a> {
    /// Of blocks of bytes: the weights of the default model.
    Blocks(Rows<'a, Block>, Rows<'a, Block>),
    /// Of numbers in half precision: the model's attention and its first layers.
    Halves(Rows<'a, u16>, Rows<'a, u16>),
}

impl<'a> Factors<'a> {
    /// Whether they are multiplied here: this processor can do it, and it is worth the preparation.
    pub fn are_taken(&self) -> bool {
        let least_rows = match self {
            Self::Blocks(..) => 1,
            Self::Halves(..) => LANES,
        };
        supported()
            && match self.shape() {
                (_, 1) => true,
                (rows, columns) => columns >= FEWEST_COLUMNS && rows >= least_rows,
            }
    }

    /// Multiplies them, if they are taken. `result` holds column `j` from `stride * j` on, one number for each row of the first
    /// matrix. It is worked out on up to `threads` threads, as many as the work is worth; the numbers do not depend on it.
    pub fn multiply(&self, result: &mut [f32], stride: usize, threads: usize) {
        let threads = threads.min(self.worth()).max(1);
        std::thread::scope(|scope| {
            let mut rest = result;
            for turn in 0..threads {
                let (part, others) = rest.split_at_mut(self.share(turn, threads, stride).len());
                rest = others;
                let mut work = move || self.multiply_share(turn, threads, part, stride);
                if turn + 1 == threads {
                    return work();
                }
                scope.spawn(work);
            }
        });
    }

    /// The part of the result that is worked out by one of so many threads: whole columns or, of a single one, some rows.
    pub fn share(&self, turn: usize, threads: usize, stride: usize) -> Range<usize> {
        let (rows, columns) = self.shape();
        if columns == 1 {
            return partition(rows, turn, threads);
        }
        let Range { start, end } = partition(columns, turn, threads);
        let end = if end == columns { (columns - 1) * stride + rows } else { end * stride };
        (start * stride).min(end)..end
    }

    /// Works out a part of the result, of which `result` holds nothing else.
    pub fn multiply_share(&self, turn: usize, threads: usize, result: &mut [f32], stride: usize) {
        assert!(self.are_taken(), "these are for others to multiply");
        let (rows, columns) = self.shape();
        let share = partition(if columns == 1 { rows } else { columns }, turn, threads);
        if share.is_empty() {
            return;
        }
        // SAFETY: the processor has the instructions, as was seen above.
        unsafe {
            match self {
                Self::Blocks(a, b) if columns == 1 => multiply_blocks_by_one(a.part(share), *b, result),
                Self::Halves(a, b) if columns == 1 => multiply_halves_by_one(a.part(share), *b, result),
                Self::Blocks(a, b) => multiply_blocks(*a, b.part(share), result, stride),
                Self::Halves(a, b) => multiply_halves(*a, b.part(share), result, stride),
            }
        }
    }

    /// Rows and columns of the result.
    fn shape(&self) -> (usize, usize) {
        match self {
            Self::Blocks(a, b) => (a.count, b.count),
            Self::Halves(a, b) => (a.count, b.count),
        }
    }

    /// How many threads so much work is worth.
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

/// Numbers of a matrix for a thread of its own: less is read before a thread has begun.
const LEAST_READ: usize = 1 << 21;
/// Products of numbers for a thread of its own.
const LEAST_PRODUCTS: usize = 1 << 24;
/// Columns, or the rows of a single one, are dealt out in groups of so many: whole ones of those that are worked on together.
const GRAIN: usize = 24;
const _: () = assert!(GRAIN.is_multiple_of(HALF_COLUMNS) && GRAIN.is_multiple_of(BLOCK_COLUMNS));

/// The part of so many columns, or rows, that one of so many threads works on.
fn partition(count: usize, turn: usize, threads: usize) -> Range<usize> {
    let groups = count.div_ceil(GRAIN);
    let from = |turn: usize| (groups * turn / threads * GRAIN).min(count);
    from(turn)..from(turn + 1)
}

/// With fewer columns than this, arranging the first matrix takes as long as it saves.
const FEWEST_COLUMNS: usize = 12;
/// Numbers in one register.
const LANES: usize = 16;

thread_local! {
    /// Room for the columns of a product of blocks. Asking for it anew for each of hundreds of products took longer than
    /// filling it.
    static COLUMNS: RefCell<Vec<Column>> = const { RefCell::new(Vec::new()) };
    /// Room for the arranged rows of a product in half precision.
    static PANELS: RefCell<Vec<[f32; HALF_ROWS]>> = const { RefCell::new(Vec::new()) };
}

fn supported() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vnni")
}

// ---- Blocks of bytes

/// Groups of four bytes in a block: what one byte product adds up.
const GROUPS: usize = BLOCK / 4;
/// Columns of blocks worked on at a time: with the eight registers of the first matrix, what the processor has room for.
const BLOCK_COLUMNS: usize = 8;

/// One block of sixteen rows: the first group of four bytes of every row, then the second of every row, and so on.
struct SixteenBlocks {
    /// The numbers plus 128, since the byte product takes its first factor without a sign.
    steps: [__m512i; GROUPS],
    scales: __m512,
}

/// What of a block of the second matrix all rows need.
#[derive(Clone, Copy)]
struct Column {
    scale: f32,
    /// -128 times the sum of its numbers: what the 128 added to the first factor make too much.
    correction: i32,
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn multiply_blocks(a: Rows<'_, Block>, b: Rows<'_, Block>, result: &mut [f32], stride: usize) {
    let bytes: Vec<&[Block]> = (0..b.count).map(|j| b.row(j)).collect();
    let mut all_columns = COLUMNS.take();
    all_columns.clear();
    all_columns.extend(bytes.iter().copied().flatten().map(|block| column(block)));
    let columns: Vec<&[Column]> = all_columns.chunks_exact(b.depth).collect();
    let (eights, bytes_left) = bytes.as_chunks::<BLOCK_COLUMNS>();
    let (columns, columns_left) = columns.as_chunks::<BLOCK_COLUMNS>();
    let mut panel: Vec<SixteenBlocks> = Vec::with_capacity(a.depth);
    for first_row in (0..a.count).step_by(LANES) {
        let rows = LANES.min(a.count - first_row);
        pack(a, first_row, &mut panel);
        let mut at = first_row;
        for (bytes, columns) in eights.iter().zip(columns) {
            store(&products(&panel, bytes, columns), &mut result[at..], stride, rows);
            at += BLOCK_COLUMNS * stride;
        }
        for (bytes, columns) in bytes_left.iter().zip(columns_left) {
            store(&products(&panel, &[bytes], &[columns]), &mut result[at..], stride, rows);
            at += stride;
        }
    }
    COLUMNS.set(all_columns);
}

#[target_feature(enable = "avx512f")]
fn column(block: &Block) -> Column {
    let sum: i32 = block.steps.iter().map(|s| i32::from(*s)).sum();
    Column { scale: single(block.scale), correction: -128 * sum }
}

/// A number of half precision.
#[target_feature(enable = "avx512f")]
fn single(half: u16) -> f32 {
    _mm512_cvtss_f32(_mm512_cvtph_ps(_mm256_set1_epi16(half.cast_signed())))
}

/// Puts sixteen rows side by side; where there are fewer, the last of them again.
#[target_feature(enable = "avx512f")]
fn pack(a: Rows<'_, Block>, first_row: usize, panel: &mut Vec<SixteenBlocks>) {
    let rows: [&[Block]; LANES] = std::array::from_fn(|i| a.row((first_row + i).min(a.count - 1)));
    panel.clear();
    for k in 0..a.depth {
        let mut steps = [_mm512_setzero_si512(); GROUPS];
        for (half, groups) in steps.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            // Register i holds, of the rows i, i + 4, i + 8 and i + 12, four groups each.
            let mut four = [_mm512_setzero_si512(); 4];
            for (i, register) in four.iter_mut().enumerate() {
                let groups = |row: usize| sixteen_bytes(&rows[row][k].steps.as_chunks::<{ BLOCK / 2 }>().0[half]);
                *register = _mm512_inserti32x4::<1>(_mm512_castsi128_si512(groups(i)), groups(i + 4));
                *register = _mm512_inserti32x4::<2>(*register, groups(i + 8));
                *register = _mm512_inserti32x4::<3>(*register, groups(i + 12));
            }
            let [first, second] = [[four[0], four[1]], [four[2], four[3]]];
            let low = [_mm512_unpacklo_epi32(first[0], first[1]), _mm512_unpacklo_epi32(second[0], second[1])];
            let high = [_mm512_unpackhi_epi32(first[0], first[1]), _mm512_unpackhi_epi32(second[0], second[1])];
            *groups = [
                _mm512_unpacklo_epi64(low[0], low[1]),
                _mm512_unpackhi_epi64(low[0], low[1]),
                _mm512_unpacklo_epi64(high[0], high[1]),
                _mm512_unpackhi_epi64(high[0], high[1]),
            ];
            for group in groups {
                *group = _mm512_xor_si512(*group, _mm512_set1_epi8(-128));
            }
        }
        let mut scales = [0; LANES];
        for (scale, row) in scales.iter_mut().zip(&rows) {
            *scale = row[k].scale;
        }
        panel.push(SixteenBlocks { steps, scales: _mm512_cvtph_ps(half_lanes(&scales)) });
    }
}

/// Sixteen rows times `N` columns.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn products<const N: usize>(panel: &[SixteenBlocks], bytes: &[&[Block]; N], columns: &[&[Column]; N]) -> [__m512; N] {
    assert!(bytes.iter().all(|c| c.len() == panel.len()) && columns.iter().all(|c| c.len() == panel.len()));
    let mut sums = [_mm512_setzero_ps(); N];
    for (k, block) in panel.iter().enumerate() {
        for j in 0..N {
            // SAFETY: each column has as many blocks as the panel, as was seen above.
            let (column, bytes) = unsafe { (columns[j].get_unchecked(k), bytes[j].get_unchecked(k)) };
            let (groups, _) = bytes.steps.as_chunks::<4>();
            let mut sum = _mm512_set1_epi32(column.correction);
            for (rows, four) in block.steps.iter().zip(groups) {
                let four = _mm512_set1_epi32(i32::from_le_bytes(four.map(i8::cast_unsigned)));
                sum = _mm512_dpbusd_epi32(sum, *rows, four);
            }
            let scale = _mm512_mul_ps(block.scales, _mm512_set1_ps(column.scale));
            sums[j] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), scale, sums[j]);
        }
    }
    sums
}

/// Rows times a single column. The matrix is read once, from far away: what counts is to ask for it early.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn multiply_blocks_by_one(a: Rows<'_, Block>, b: Rows<'_, Block>, result: &mut [f32]) {
    /// Two blocks of the column: its numbers plus 128, and its scales.
    struct Pair {
        steps: __m512i,
        scales: [f32; 2],
    }
    let (twos, last) = b.row(0).as_chunks::<2>();
    let pair = |first: &Block, second: &Block| Pair {
        steps: _mm512_xor_si512(steps(first, second), _mm512_set1_epi8(-128)),
        scales: [single(first.scale), single(second.scale)],
    };
    let mut pairs: Vec<Pair> = Vec::with_capacity(twos.len() + 1);
    for [first, second] in twos {
        pairs.push(pair(first, second));
    }
    if let [last] = last {
        pairs.push(pair(last, &Block::ZERO));
    }
    let all_128 = _mm512_set1_epi8(-128);
    for (i, result) in result.iter_mut().enumerate().take(a.count) {
        let row = a.row(i);
        let (twos, last) = row.as_chunks::<2>();
        let mut sum = _mm512_setzero_ps();
        let mut add = |first: &Block, second: &Block, column: &Pair| {
            let steps = steps(first, second);
            let product = _mm512_dpbusd_epi32(_mm512_setzero_si512(), column.steps, steps);
            let excess = _mm512_dpbusd_epi32(_mm512_setzero_si512(), all_128, steps);
            let [one, two] = [single(first.scale) * column.scales[0], single(second.scale) * column.scales[1]];
            let scale = _mm512_mask_blend_ps(0xff00, _mm512_set1_ps(one), _mm512_set1_ps(two));
            sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(product, excess)), scale, sum);
        };
        for ([first, second], column) in twos.iter().zip(&pairs) {
            ask(std::slice::from_ref(first), BLOCKS_AHEAD);
            add(first, second, column);
        }
        if let ([last], Some(column)) = (last, pairs.last()) {
            add(last, &Block::ZERO, column);
        }
        *result = _mm512_reduce_add_ps(sum);
    }
}

/// The numbers of two blocks, side by side.
#[target_feature(enable = "avx512f")]
#[inline]
fn steps(first: &Block, second: &Block) -> __m512i {
    let [first, second] = [first, second].map(|block| bytes(&block.steps));
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(first), second)
}

// ---- Half precision

/// Registers of rows worked on at a time.
const ROW_REGISTERS: usize = 2;
/// Rows worked on at a time.
const HALF_ROWS: usize = ROW_REGISTERS * LANES;
/// Columns worked on at a time: with two registers of rows, 24 sums of the 32 registers.
const HALF_COLUMNS: usize = 12;
/// The most numbers of the first matrix that are arranged at a time (512 KiB): they are read again for every few columns,
/// and should still be near.
const NEAR: usize = 1 << 17;

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn multiply_halves(a: Rows<'_, u16>, b: Rows<'_, u16>, result: &mut [f32], stride: usize) {
    let depth = a.depth;
    let at_once = (NEAR / depth.max(1) / HALF_ROWS).max(1) * HALF_ROWS;
    let mut panels = PANELS.take();
    let mut columns: [Vec<f32>; HALF_COLUMNS] = std::array::from_fn(|_| Vec::new());
    for first_row in (0..a.count).step_by(at_once) {
        let last_row = (first_row + at_once).min(a.count);
        panels.clear();
        for row in (first_row..last_row).step_by(HALF_ROWS) {
            arrange_halves(a, row, &mut panels);
        }
        for j in (0..b.count).step_by(HALF_COLUMNS) {
            let width = HALF_COLUMNS.min(b.count - j);
            for (i, column) in columns.iter_mut().enumerate() {
                singles(b.row((j + i).min(b.count - 1)), column);
            }
            for (row, panel) in (first_row..last_row).step_by(HALF_ROWS).zip(panels.chunks_exact(depth)) {
                let sums = half_products(panel, &columns);
                let rows = HALF_ROWS.min(last_row - row);
                let at = stride * j + row;
                store(&sums[0][..width], &mut result[at..], stride, rows.min(LANES));
                if rows > LANES {
                    store(&sums[1][..width], &mut result[at + LANES..], stride, rows - LANES);
                }
            }
        }
    }
    PANELS.set(panels);
}

/// Rows times a single column.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn multiply_halves_by_one(a: Rows<'_, u16>, b: Rows<'_, u16>, result: &mut [f32]) {
    let mut column = Vec::new();
    singles(b.row(0), &mut column);
    let (sixteens, rest) = column.as_chunks::<LANES>();
    for (i, result) in result.iter_mut().enumerate().take(a.count) {
        let row = a.row(i);
        ask_for_row(row, a.stride);
        let (row, row_rest) = row.as_chunks::<LANES>();
        let mut sums = [_mm512_setzero_ps(); 2];
        for (k, (halves, numbers)) in row.iter().zip(sixteens).enumerate() {
            let row = _mm512_cvtph_ps(half_lanes(halves));
            sums[k % 2] = _mm512_fmadd_ps(row, floats(numbers), sums[k % 2]);
        }
        let mut sum = _mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1]));
        for (half, number) in row_rest.iter().zip(rest) {
            sum += single(*half) * number;
        }
        *result = sum;
    }
}

/// Puts the rows from one on side by side, in single precision; where there are fewer, the last of them again.
#[target_feature(enable = "avx512f")]
fn arrange_halves(a: Rows<'_, u16>, first_row: usize, panels: &mut Vec<[f32; HALF_ROWS]>) {
    let begin = panels.len();
    panels.resize(begin + a.depth, [0.0; HALF_ROWS]);
    let panel = &mut panels[begin..];
    let mut row = Vec::new();
    for lane in 0..HALF_ROWS {
        let halves = a.row((first_row + lane).min(a.count - 1));
        ask_for_row(halves, a.stride);
        singles(halves, &mut row);
        for (numbers, number) in panel.iter_mut().zip(&row) {
            numbers[lane] = *number;
        }
    }
}

/// Numbers of half precision in single precision.
#[target_feature(enable = "avx512f")]
fn singles(halves: &[u16], into: &mut Vec<f32>) {
    into.resize(halves.len(), 0.0);
    let (sixteens, rest) = halves.as_chunks::<LANES>();
    let (singles, singles_rest) = into.as_chunks_mut::<LANES>();
    for (halves, singles) in sixteens.iter().zip(singles) {
        *singles = lanes(_mm512_cvtph_ps(half_lanes(halves)));
    }
    for (half, number) in rest.iter().zip(singles_rest) {
        *number = single(*half);
    }
}

/// Thirty-two rows times twelve columns.
#[target_feature(enable = "avx512f")]
#[inline]
fn half_products(
    panel: &[[f32; HALF_ROWS]],
    columns: &[Vec<f32>; HALF_COLUMNS],
) -> [[__m512; HALF_COLUMNS]; ROW_REGISTERS] {
    assert!(columns.iter().all(|column| column.len() == panel.len()));
    let mut sums = [[_mm512_setzero_ps(); HALF_COLUMNS]; ROW_REGISTERS];
    for (k, rows) in panel.iter().enumerate() {
        let (rows, _) = rows.as_chunks::<LANES>();
        let rows = [floats(&rows[0]), floats(&rows[1])];
        for j in 0..HALF_COLUMNS {
            // SAFETY: each column has as many numbers as the panel, as was seen above.
            let number = _mm512_set1_ps(unsafe { *columns[j].get_unchecked(k) });
            sums[0][j] = _mm512_fmadd_ps(rows[0], number, sums[0][j]);
            sums[1][j] = _mm512_fmadd_ps(rows[1], number, sums[1][j]);
        }
    }
    sums
}

// ---- Registers

/// Blocks of a matrix that is read once are asked for so many before their turn.
const BLOCKS_AHEAD: usize = 64;
/// Rows of half precision are asked for so many before their turn.
const ROWS_AHEAD: usize = 8;
/// Numbers of half precision that memory delivers at a time (64 bytes).
const LINE: usize = 32;

/// Asks for a row that comes later: those of one head of attention lie far apart, so that memory does not guess it.
#[target_feature(enable = "avx512f")]
#[inline]
fn ask_for_row(row: &[u16], stride: usize) {
    for line in row.chunks(LINE) {
        ask(line, stride * ROWS_AHEAD);
    }
}

/// Asks memory for what lies so many elements ahead of these.
#[target_feature(enable = "avx512f")]
#[inline]
fn ask<T>(here: &[T], elements: usize) {
    let ahead = here.as_ptr().wrapping_add(elements).cast::<i8>();
    _mm_prefetch::<_MM_HINT_T0>(ahead);
}

fn bytes(lanes: &[i8; BLOCK]) -> __m256i {
    // SAFETY: both are 32 bytes, and any bytes are a register's.
    unsafe { std::mem::transmute::<[i8; BLOCK], __m256i>(*lanes) }
}

fn half_lanes(lanes: &[u16; LANES]) -> __m256i {
    // SAFETY: as above.
    unsafe { std::mem::transmute::<[u16; LANES], __m256i>(*lanes) }
}

fn sixteen_bytes(lanes: &[i8; BLOCK / 2]) -> __m128i {
    // SAFETY: both are 16 bytes, and any bytes are a register's.
    unsafe { std::mem::transmute::<[i8; BLOCK / 2], __m128i>(*lanes) }
}

fn floats(lanes: &[f32; LANES]) -> __m512 {
    // SAFETY: as above.
    unsafe { std::mem::transmute::<[f32; LANES], __m512>(*lanes) }
}

fn lanes(register: __m512) -> [f32; LANES] {
    // SAFETY: as above; any bits are numbers.
    unsafe { std::mem::transmute::<__m512, [f32; LANES]>(register) }
}

/// Writes one register under the other columns, `rows` of its numbers each.
#[target_feature(enable = "avx512f")]
#[inline]
fn store(columns: &[__m512], result: &mut [f32], stride: usize, rows: usize) {
    for (j, register) in columns.iter().enumerate() {
        let numbers = lanes(*register);
        let column = &mut result[j * stride..];
        match column.first_chunk_mut::<LANES>() {
            Some(column) if rows == LANES => *column = numbers,
            _ => column[..rows].copy_from_slice(&numbers[..rows]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look drawn by chance, the same in every run.
    struct Chance(u64);

    impl Chance {
        fn next(&mut self) -> u32 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as u32
        }

        fn block(&mut self) -> Block {
            // Scales from 2^-8 on, and all bytes there are, -128 too.
            let scale = (((self.next() % 4 + 7) << 10) | (self.next() % 1_024)) as u16;
            Block { scale, steps: std::array::from_fn(|_| self.next() as i8) }
        }

        /// Half precision from 1/8 to 2, of both signs.
        fn half(&mut self) -> u16 {
            (((self.next() % 2) << 15) | ((self.next() % 4 + 12) << 10) | (self.next() % 1_024)) as u16
        }
    }

    /// A number of half precision, by its definition, for ordinary numbers.
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

    /// Multiplies matrices of a shape, and holds every number against its definition. What lies between the columns of the
    /// result must stay as it is.
    fn check<T: Copy>(
        [rows, columns, depth]: [usize; 3],
        mut draw: impl FnMut() -> T,
        product: impl Fn(&[T], &[T]) -> (f64, f64),
        factors: impl for<'a> Fn(Rows<'a, T>, Rows<'a, T>) -> Factors<'a>,
    ) {
        if !supported() {
            eprintln!("skipped: this processor has no AVX-512 with byte products");
            return;
        }
        let (gap, stride) = (3, rows + 2);
        let mut elements =
            |count: usize| -> Vec<T> { (0..(count - 1) * (depth + gap) + depth).map(|_| draw()).collect() };
        let (a, b) = (elements(rows), elements(columns));
        let a = Rows { elements: &a, stride: depth + gap, depth, count: rows };
        let b = Rows { elements: &b, stride: depth + gap, depth, count: columns };
        let results = [1, 3].map(|threads| {
            let mut result = vec![f32::NAN; (columns - 1) * stride + rows];
            let factors = factors(a, b);
            assert!(factors.are_taken(), "{rows}x{columns}x{depth}");
            factors.multiply(&mut result, stride, threads);
            result
        });
        let [result, by_three] = results;
        let mut in_shares = vec![f32::NAN; result.len()];
        for turn in [1, 0, 3, 2] {
            let factors = factors(a, b);
            let share = factors.share(turn, 4, stride);
            factors.multiply_share(turn, 4, &mut in_shares[share], stride);
        }
        for other in [by_three, in_shares] {
            assert!(result.iter().zip(&other).all(|(a, b)| a.to_bits() == b.to_bits()), "{rows}x{columns}x{depth}");
        }
        for (i, got) in result.iter().enumerate() {
            let (column, row) = (i / stride, i % stride);
            if row >= rows {
                assert!(got.is_nan(), "written between the columns");
                continue;
            }
            let (right, size) = product(a.row(row), b.row(column));
            let error = (f64::from(*got) - right).abs();
            assert!(error <= 1e-5 * size, "{rows}x{columns}x{depth}: {got} for {right} in row {row}, column {column}");
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
        // The last two are worth several threads.
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
        // More of the first matrix than is arranged at a time, and worth several threads.
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
