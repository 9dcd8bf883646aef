//! Kernels for AVX-512 with byte products (VNNI).

use std::arch::x86_64::*;
use std::cell::Cell;
use std::thread::LocalKey;

use super::avx2::{ByteColumns, bytes, prepare_bytes, single, sixteen_bytes};
use super::{
    BLOCK, BLOCKS_AHEAD, Block, BlockKernel, GROUPS, HalfKernel, ROWS, Room, Rows, ask, ask_for_row, half_columns,
    half_scales, store,
};

/// Number of 32-bit lanes in a register.
const LANES: usize = 16;
/// Number of columns of blocks processed at a time: with the eight registers of a panel's block, as many as the
/// processor has registers for.
const BLOCK_COLUMNS: usize = 8;
/// Number of registers of half-precision rows processed at a time.
const ROW_REGISTERS: usize = 2;
/// Number of half-precision rows processed at a time.
const HALF_ROWS: usize = ROW_REGISTERS * LANES;
/// Number of half-precision columns processed at a time: with two registers of rows, the sums take 24 of the 32
/// registers.
const HALF_COLUMNS: usize = 12;

fn half_lanes(lanes: &[u16; LANES]) -> __m256i {
    // SAFETY: both are 32 bytes, and any bytes are a valid register.
    unsafe { std::mem::transmute::<[u16; LANES], __m256i>(*lanes) }
}

fn floats(lanes: &[f32; LANES]) -> __m512 {
    // SAFETY: both are 64 bytes, and any bits are valid numbers.
    unsafe { std::mem::transmute::<[f32; LANES], __m512>(*lanes) }
}

fn lanes(register: __m512) -> [f32; LANES] {
    // SAFETY: as above.
    unsafe { std::mem::transmute::<__m512, [f32; LANES]>(register) }
}

// ---- Blocks of bytes

/// Products of blocks as bytes.
pub(super) struct Bytes;

/// One block of sixteen rows: the first group of four bytes of every row, then the second of every row, and so on.
pub(super) struct Panel {
    /// The bytes plus 128, since the byte product takes an unsigned first factor.
    groups: [__m512i; GROUPS],
    scales: __m512,
}

thread_local! {
    static ROOM: Cell<Room<Panel, ByteColumns<BLOCK_COLUMNS>>> = const { Cell::new(Room::EMPTY) };
}

impl BlockKernel for Bytes {
    type Panel = Panel;
    type Columns = ByteColumns<BLOCK_COLUMNS>;
    const COLUMNS: usize = BLOCK_COLUMNS;

    fn room() -> &'static LocalKey<Cell<Room<Panel, ByteColumns<BLOCK_COLUMNS>>>> {
        &ROOM
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    unsafe fn pack(rows: &[&[Block]; ROWS], panels: &mut Vec<Panel>) {
        for k in 0..rows[0].len() {
            let mut groups = [_mm512_setzero_si512(); GROUPS];
            for (half, groups) in groups.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                // Register `i` holds four groups each of rows `i`, `i + 4`, `i + 8` and `i + 12`.
                let mut four = [_mm512_setzero_si512(); 4];
                for (i, register) in four.iter_mut().enumerate() {
                    let groups = |row: usize| sixteen_bytes(&rows[row][k].steps.as_chunks::<{ BLOCK / 2 }>().0[half]);
                    *register = _mm512_inserti32x4::<1>(_mm512_castsi128_si512(groups(i)), groups(i + 4));
                    *register = _mm512_inserti32x4::<2>(*register, groups(i + 8));
                    *register = _mm512_inserti32x4::<3>(*register, groups(i + 12));
                }
                let low = [_mm512_unpacklo_epi32(four[0], four[1]), _mm512_unpacklo_epi32(four[2], four[3])];
                let high = [_mm512_unpackhi_epi32(four[0], four[1]), _mm512_unpackhi_epi32(four[2], four[3])];
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
            panels.push(Panel { groups, scales: _mm512_cvtph_ps(half_lanes(&half_scales(rows, k))) });
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    unsafe fn prepare(columns: Rows<'_, Block>, first: usize, into: &mut Vec<Self::Columns>) {
        prepare_bytes(columns, first, into);
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    unsafe fn multiply(
        panel: &[Panel],
        columns: &[Self::Columns],
        width: usize,
        rows: usize,
        result: &mut [f32],
        stride: usize,
    ) {
        let mut sums = [_mm512_setzero_ps(); BLOCK_COLUMNS];
        for (block, columns) in panel.iter().zip(columns) {
            for (j, sum) in sums.iter_mut().enumerate() {
                let mut product = _mm512_set1_epi32(columns.corrections[j]);
                for (rows, four) in block.groups.iter().zip(&columns.groups[j]) {
                    product = _mm512_dpbusd_epi32(product, *rows, _mm512_set1_epi32(*four));
                }
                let scale = _mm512_mul_ps(block.scales, _mm512_set1_ps(columns.scales[j]));
                *sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(product), scale, *sum);
            }
        }
        store(sums.map(lanes), width, rows, result, stride);
    }
}

/// Multiplies rows of blocks by a single column. The matrix is read only once, from main memory, so early prefetching
/// matters most.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn multiply_blocks_by_one(a: Rows<'_, Block>, b: Rows<'_, Block>, result: &mut [f32]) {
    /// Two blocks of the column.
    struct Pair {
        steps: __m512i,
        /// Minus the excess that results from adding 128 to the first factor: -128 times the sum of each group.
        corrections: __m512i,
        scales: [f32; 2],
    }
    let all_128 = _mm512_set1_epi8(-128);
    let pair = |first: &Block, second: &Block| {
        let steps = steps(first, second);
        let excess = _mm512_dpbusd_epi32(_mm512_setzero_si512(), all_128, steps);
        let corrections = _mm512_sub_epi32(_mm512_setzero_si512(), excess);
        Pair { steps, corrections, scales: [single(first.scale), single(second.scale)] }
    };
    let (twos, last) = b.row(0).as_chunks::<2>();
    let mut pairs: Vec<Pair> = Vec::with_capacity(twos.len() + 1);
    for [first, second] in twos {
        pairs.push(pair(first, second));
    }
    if let [last] = last {
        pairs.push(pair(last, &Block::ZERO));
    }
    for (i, result) in result.iter_mut().enumerate().take(a.count) {
        let row = a.row(i);
        let (twos, last) = row.as_chunks::<2>();
        let mut sum = _mm512_setzero_ps();
        let mut add = |first: &Block, second: &Block, column: &Pair| {
            let steps = _mm512_xor_si512(steps(first, second), all_128);
            let product = _mm512_dpbusd_epi32(column.corrections, steps, column.steps);
            let [one, two] = [single(first.scale) * column.scales[0], single(second.scale) * column.scales[1]];
            let scale = _mm512_mask_blend_ps(0xff00, _mm512_set1_ps(one), _mm512_set1_ps(two));
            sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(product), scale, sum);
        };
        for ([first, second], column) in twos.iter().zip(&pairs) {
            ask(first, BLOCKS_AHEAD);
            add(first, second, column);
        }
        if let ([last], Some(column)) = (last, pairs.last()) {
            add(last, &Block::ZERO, column);
        }
        *result = _mm512_reduce_add_ps(sum);
    }
}

/// Returns the bytes of two blocks, side by side.
#[target_feature(enable = "avx512f")]
#[inline]
fn steps(first: &Block, second: &Block) -> __m512i {
    let [first, second] = [first, second].map(|block| bytes(&block.steps));
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(first), second)
}

// ---- Half precision

/// Products of half-precision numbers.
pub(super) struct Halves;

impl HalfKernel for Halves {
    const ROWS: usize = HALF_ROWS;
    const COLUMNS: usize = HALF_COLUMNS;

    #[target_feature(enable = "avx512f")]
    unsafe fn singles(halves: &[u16], into: &mut [f32]) {
        let (sixteens, rest) = halves.as_chunks::<LANES>();
        let (singles, singles_rest) = into.as_chunks_mut::<LANES>();
        for (halves, singles) in sixteens.iter().zip(singles) {
            *singles = lanes(_mm512_cvtph_ps(half_lanes(halves)));
        }
        for (half, number) in rest.iter().zip(singles_rest) {
            *number = single(*half);
        }
    }

    #[target_feature(enable = "avx512f")]
    unsafe fn multiply(panels: &[f32], columns: &[f32], width: usize, rows: usize, result: &mut [f32], stride: usize) {
        let columns: [&[f32]; HALF_COLUMNS] = half_columns(columns);
        let depth = columns[0].len();
        for (row, panel) in (0..rows).step_by(HALF_ROWS).zip(panels.as_chunks::<HALF_ROWS>().0.chunks_exact(depth)) {
            let mut sums = [[_mm512_setzero_ps(); HALF_COLUMNS]; ROW_REGISTERS];
            for (k, numbers) in panel.iter().enumerate() {
                let (numbers, _) = numbers.as_chunks::<LANES>();
                let numbers = [floats(&numbers[0]), floats(&numbers[1])];
                for j in 0..HALF_COLUMNS {
                    // SAFETY: each column has as many numbers as each row of the panel.
                    let number = _mm512_set1_ps(unsafe { *columns[j].get_unchecked(k) });
                    sums[0][j] = _mm512_fmadd_ps(numbers[0], number, sums[0][j]);
                    sums[1][j] = _mm512_fmadd_ps(numbers[1], number, sums[1][j]);
                }
            }
            let [first, second] = sums;
            let rows = rows - row;
            store(first.map(lanes), width, LANES.min(rows), &mut result[row..], stride);
            if rows > LANES {
                store(second.map(lanes), width, LANES.min(rows - LANES), &mut result[row + LANES..], stride);
            }
        }
    }
}

/// Multiplies half-precision rows by a single column.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn multiply_halves_by_one(a: Rows<'_, u16>, b: Rows<'_, u16>, result: &mut [f32]) {
    let mut column = vec![0.0; b.depth];
    // SAFETY: the processor has the instructions that this function needs.
    unsafe { Halves::singles(b.row(0), &mut column) };
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
