//! Kernels for AVX2 with FMA and F16C.
//!
//! The byte product of AVX2 takes an unsigned first factor and saturates, so that it would need two more instructions
//! each time. Here, the bytes of blocks are widened to 16 bits, once for each panel and a few times for each column;
//! one instruction then multiplies sixteen numbers and adds the products in pairs. Everything but the large products of
//! blocks is shared with AVX-VNNI.

use std::arch::x86_64::*;
use std::cell::Cell;
use std::thread::LocalKey;

use super::{
    BLOCK, BLOCKS_AHEAD, Block, BlockKernel, GROUPS, HalfKernel, ROWS, Room, Rows, ask, ask_for_row, half_columns,
    half_scales, store,
};

/// Number of 32-bit lanes in a register.
const LANES: usize = 8;
/// Number of registers of rows processed at a time.
const ROW_REGISTERS: usize = ROWS / LANES;
/// Number of columns processed at a time: with two registers of rows, the sums take 12 of the 16 registers.
const COLUMNS: usize = 6;
/// Number of pairs of bytes in a block.
const PAIRS: usize = BLOCK / 2;

/// Returns the bytes of a block as a register.
pub(super) fn bytes(lanes: &[i8; BLOCK]) -> __m256i {
    // SAFETY: both are 32 bytes, and any bytes are a valid register.
    unsafe { std::mem::transmute::<[i8; BLOCK], __m256i>(*lanes) }
}

pub(super) fn sixteen_bytes(lanes: &[i8; BLOCK / 2]) -> __m128i {
    // SAFETY: both are 16 bytes, and any bytes are a valid register.
    unsafe { std::mem::transmute::<[i8; BLOCK / 2], __m128i>(*lanes) }
}

fn half_lanes(lanes: &[u16; LANES]) -> __m128i {
    // SAFETY: as above.
    unsafe { std::mem::transmute::<[u16; LANES], __m128i>(*lanes) }
}

fn integers(register: __m256i) -> [i32; LANES] {
    // SAFETY: both are 32 bytes, and any bits are valid numbers.
    unsafe { std::mem::transmute::<__m256i, [i32; LANES]>(register) }
}

fn floats(lanes: &[f32; LANES]) -> __m256 {
    // SAFETY: both are 32 bytes, and any bits are valid numbers.
    unsafe { std::mem::transmute::<[f32; LANES], __m256>(*lanes) }
}

/// Returns the numbers of two registers, one after the other.
pub(super) fn lanes(registers: [__m256; ROW_REGISTERS]) -> [f32; ROWS] {
    // SAFETY: as above.
    unsafe { std::mem::transmute::<[__m256; ROW_REGISTERS], [f32; ROWS]>(registers) }
}

/// Converts a half-precision number to single precision.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn single(half: u16) -> f32 {
    _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(i32::from(half))))
}

/// Converts the scale of block `k` of each row to single precision.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn scales(rows: &[&[Block]; ROWS], k: usize) -> [__m256; ROW_REGISTERS] {
    let scales = half_scales(rows, k);
    let (scales, _) = scales.as_chunks::<LANES>();
    std::array::from_fn(|i| _mm256_cvtph_ps(half_lanes(&scales[i])))
}

/// One block of a few columns, packed for byte products.
pub(super) struct ByteColumns<const N: usize> {
    /// The bytes of each column, in groups of four.
    pub(super) groups: [[i32; GROUPS]; N],
    /// Minus the excess that results from adding 128 to the bytes of the rows: -128 times the sum of each column's
    /// bytes.
    pub(super) corrections: [i32; N],
    pub(super) scales: [f32; N],
}

/// Packs the columns from `first` on for byte products; if there are too few, the last one is repeated.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn prepare_bytes<const N: usize>(columns: Rows<'_, Block>, first: usize, into: &mut Vec<ByteColumns<N>>) {
    let columns: [&[Block]; N] = std::array::from_fn(|j| columns.row((first + j).min(columns.count - 1)));
    for k in 0..columns[0].len() {
        let mut prepared = ByteColumns { groups: [[0; GROUPS]; N], corrections: [0; N], scales: [0.0; N] };
        for (j, column) in columns.iter().enumerate() {
            let block = &column[k];
            prepared.groups[j] = block.groups();
            prepared.corrections[j] = -128 * block.steps.iter().map(|step| i32::from(*step)).sum::<i32>();
            prepared.scales[j] = single(block.scale);
        }
        into.push(prepared);
    }
}

/// Adds the sixteen numbers of two registers, in the order in which AVX-512 adds those of one register.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn sum([low, high]: [__m256; 2]) -> f32 {
    let eight = _mm256_add_ps(low, high);
    let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
    let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
}

/// Products of blocks whose bytes are widened to 16 bits.
pub(super) struct Widened;

/// One block of sixteen rows, in 16 bits: the first two numbers of every row, then the next two of every row, and so
/// on.
#[derive(Clone)]
pub(super) struct Panel {
    pairs: [[__m256i; ROW_REGISTERS]; PAIRS],
    scales: [__m256; ROW_REGISTERS],
}

/// One block of a few columns.
pub(super) struct Columns {
    /// The numbers of each column in 16 bits, in pairs.
    pairs: [[i32; PAIRS]; COLUMNS],
    scales: [f32; COLUMNS],
}

thread_local! {
    static ROOM: Cell<Room<Panel, Columns>> = const { Cell::new(Room::EMPTY) };
}

impl BlockKernel for Widened {
    type Panel = Panel;
    type Columns = Columns;
    const COLUMNS: usize = COLUMNS;

    fn room() -> &'static LocalKey<Cell<Room<Panel, Columns>>> {
        &ROOM
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn pack(rows: &[&[Block]; ROWS], panels: &mut Vec<Panel>) {
        for k in 0..rows[0].len() {
            let mut pairs = [[_mm256_setzero_si256(); ROW_REGISTERS]; PAIRS];
            for half in 0..2 {
                for register in 0..ROW_REGISTERS {
                    let eight = std::array::from_fn(|i| {
                        sixteen_bytes(&rows[register * LANES + i][k].steps.as_chunks::<{ BLOCK / 2 }>().0[half])
                    });
                    for (pair, bytes) in transposed(eight).into_iter().enumerate() {
                        pairs[half * LANES + pair][register] = _mm256_cvtepi8_epi16(bytes);
                    }
                }
            }
            panels.push(Panel { pairs, scales: scales(rows, k) });
        }
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn prepare(columns: Rows<'_, Block>, first: usize, into: &mut Vec<Columns>) {
        let columns: [&[Block]; COLUMNS] = std::array::from_fn(|j| columns.row((first + j).min(columns.count - 1)));
        for k in 0..columns[0].len() {
            let mut prepared = Columns { pairs: [[0; PAIRS]; COLUMNS], scales: [0.0; COLUMNS] };
            for (j, column) in columns.iter().enumerate() {
                let block = &column[k];
                prepared.scales[j] = single(block.scale);
                let (halves, _) = block.steps.as_chunks::<{ BLOCK / 2 }>();
                for (pairs, half) in prepared.pairs[j].as_chunks_mut::<LANES>().0.iter_mut().zip(halves) {
                    *pairs = integers(_mm256_cvtepi8_epi16(sixteen_bytes(half)));
                }
            }
            into.push(prepared);
        }
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn multiply(
        panel: &[Panel],
        columns: &[Columns],
        width: usize,
        rows: usize,
        result: &mut [f32],
        stride: usize,
    ) {
        let mut sums = [[_mm256_setzero_ps(); ROW_REGISTERS]; COLUMNS];
        for (block, columns) in panel.iter().zip(columns) {
            let mut products = [[_mm256_setzero_si256(); ROW_REGISTERS]; COLUMNS];
            for (p, rows) in block.pairs.iter().enumerate() {
                for (products, pairs) in products.iter_mut().zip(&columns.pairs) {
                    let pair = _mm256_set1_epi32(pairs[p]);
                    for (product, rows) in products.iter_mut().zip(rows) {
                        *product = _mm256_add_epi32(*product, _mm256_madd_epi16(*rows, pair));
                    }
                }
            }
            for j in 0..COLUMNS {
                add_scaled(&mut sums[j], products[j], &block.scales, columns.scales[j]);
            }
        }
        store(sums.map(lanes), width, rows, result, stride);
    }
}

/// Scales the products of a block of sixteen rows and one column, and adds them to the sums so far.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn add_scaled(
    sums: &mut [__m256; ROW_REGISTERS],
    products: [__m256i; ROW_REGISTERS],
    row_scales: &[__m256; ROW_REGISTERS],
    column_scale: f32,
) {
    let column_scale = _mm256_set1_ps(column_scale);
    for i in 0..ROW_REGISTERS {
        let scale = _mm256_mul_ps(row_scales[i], column_scale);
        sums[i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products[i]), scale, sums[i]);
    }
}

/// Transposes eight rows of eight 16-bit numbers.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn transposed(rows: [__m128i; LANES]) -> [__m128i; LANES] {
    let [a, b, c, d, e, f, g, h] = rows;
    let quarters = |a, b, c, d| {
        let (low, high) = (
            [_mm_unpacklo_epi16(a, b), _mm_unpacklo_epi16(c, d)],
            [_mm_unpackhi_epi16(a, b), _mm_unpackhi_epi16(c, d)],
        );
        [
            _mm_unpacklo_epi32(low[0], low[1]),
            _mm_unpackhi_epi32(low[0], low[1]),
            _mm_unpacklo_epi32(high[0], high[1]),
            _mm_unpackhi_epi32(high[0], high[1]),
        ]
    };
    let (first, second) = (quarters(a, b, c, d), quarters(e, f, g, h));
    std::array::from_fn(|i| {
        let (first, second) = (first[i / 2], second[i / 2]);
        if i % 2 == 0 { _mm_unpacklo_epi64(first, second) } else { _mm_unpackhi_epi64(first, second) }
    })
}

/// Multiplies rows of blocks by a single column. The matrix is read only once, from main memory, so early prefetching
/// matters most.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn multiply_blocks_by_one(a: Rows<'_, Block>, b: Rows<'_, Block>, result: &mut [f32]) {
    // whisper.cpp never produces -128 in a column.
    if b.row(0).iter().all(|block| !{ block.steps }.contains(&i8::MIN)) {
        multiply_by_one(a, b, result, |rows, column| groups_of_signed(rows, column));
    } else {
        multiply_by_one(a, b, result, |rows, column| groups_of_any(rows, column));
    }
}

/// Multiplies rows of blocks by a single column. `groups` multiplies the bytes of two blocks and adds the products of
/// each group of four.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn multiply_by_one(
    a: Rows<'_, Block>,
    b: Rows<'_, Block>,
    result: &mut [f32],
    groups: impl Fn(__m256i, __m256i) -> __m256i,
) {
    let column: Vec<(__m256i, f32)> = b.row(0).iter().map(|block| (bytes(&block.steps), single(block.scale))).collect();
    for (i, result) in result.iter_mut().enumerate().take(a.count) {
        let mut sums = [_mm256_setzero_ps(); 2];
        for (k, (block, (column, scale))) in a.row(i).iter().zip(&column).enumerate() {
            ask(block, BLOCKS_AHEAD);
            let product = _mm256_cvtepi32_ps(groups(bytes(&block.steps), *column));
            sums[k % 2] = _mm256_fmadd_ps(product, _mm256_set1_ps(single(block.scale) * scale), sums[k % 2]);
        }
        *result = sum(sums);
    }
}

/// Multiplies the bytes of two blocks and adds the products of each group of four. The sign is moved to the second
/// factor, which must not contain -128, since that has no negative.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn groups_of_signed(first: __m256i, second: __m256i) -> __m256i {
    let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(first), _mm256_sign_epi8(second, first));
    _mm256_madd_epi16(pairs, _mm256_set1_epi16(1))
}

/// Multiplies the bytes of two blocks and adds the products of each group of four, whatever the bytes.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn groups_of_any(first: __m256i, second: __m256i) -> __m256i {
    let low = |bytes| _mm256_cvtepi8_epi16(_mm256_castsi256_si128(bytes));
    let high = |bytes| _mm256_cvtepi8_epi16(_mm256_extracti128_si256::<1>(bytes));
    let pairs = [_mm256_madd_epi16(low(first), low(second)), _mm256_madd_epi16(high(first), high(second))];
    _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_hadd_epi32(pairs[0], pairs[1]))
}

// ---- Half precision

/// Products of half-precision numbers.
pub(super) struct Halves;

impl HalfKernel for Halves {
    const ROWS: usize = ROWS;
    const COLUMNS: usize = COLUMNS;

    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn singles(halves: &[u16], into: &mut [f32]) {
        let (eights, rest) = halves.as_chunks::<LANES>();
        let (singles, singles_rest) = into.as_chunks_mut::<LANES>();
        for (halves, singles) in eights.iter().zip(singles) {
            // SAFETY: both are 32 bytes, and any bits are valid numbers.
            *singles = unsafe { std::mem::transmute::<__m256, [f32; LANES]>(_mm256_cvtph_ps(half_lanes(halves))) };
        }
        for (half, number) in rest.iter().zip(singles_rest) {
            *number = single(*half);
        }
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn multiply(panels: &[f32], columns: &[f32], width: usize, rows: usize, result: &mut [f32], stride: usize) {
        let columns: [&[f32]; COLUMNS] = half_columns(columns);
        let depth = columns[0].len();
        for (row, panel) in (0..rows).step_by(ROWS).zip(panels.as_chunks::<ROWS>().0.chunks_exact(depth)) {
            let mut sums = [[_mm256_setzero_ps(); ROW_REGISTERS]; COLUMNS];
            for (k, numbers) in panel.iter().enumerate() {
                let (numbers, _) = numbers.as_chunks::<LANES>();
                let numbers = [floats(&numbers[0]), floats(&numbers[1])];
                for j in 0..COLUMNS {
                    // SAFETY: each column has as many numbers as each row of the panel.
                    let number = _mm256_set1_ps(unsafe { *columns[j].get_unchecked(k) });
                    for i in 0..ROW_REGISTERS {
                        sums[j][i] = _mm256_fmadd_ps(numbers[i], number, sums[j][i]);
                    }
                }
            }
            store(sums.map(lanes), width, ROWS.min(rows - row), &mut result[row..], stride);
        }
    }
}

/// Multiplies half-precision rows by a single column.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn multiply_halves_by_one(a: Rows<'_, u16>, b: Rows<'_, u16>, result: &mut [f32]) {
    let mut column = vec![0.0; b.depth];
    // SAFETY: the processor has the instructions that this function needs.
    unsafe { Halves::singles(b.row(0), &mut column) };
    let (sixteens, rest) = column.as_chunks::<ROWS>();
    for (i, result) in result.iter_mut().enumerate().take(a.count) {
        let row = a.row(i);
        ask_for_row(row, a.stride);
        let (row, row_rest) = row.as_chunks::<ROWS>();
        let mut sums = [[_mm256_setzero_ps(); 2]; 2];
        for (k, (halves, numbers)) in row.iter().zip(sixteens).enumerate() {
            let (halves, numbers) = (halves.as_chunks::<LANES>().0, numbers.as_chunks::<LANES>().0);
            for i in 0..2 {
                let row = _mm256_cvtph_ps(half_lanes(&halves[i]));
                sums[k % 2][i] = _mm256_fmadd_ps(row, floats(&numbers[i]), sums[k % 2][i]);
            }
        }
        let mut total = sum([_mm256_add_ps(sums[0][0], sums[1][0]), _mm256_add_ps(sums[0][1], sums[1][1])]);
        for (half, number) in row_rest.iter().zip(rest) {
            total += single(*half) * number;
        }
        *result = total;
    }
}
