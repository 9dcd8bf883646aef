//! Kernels for AVX2 with byte products (AVX-VNNI), for products of blocks. Half-precision products use the kernels of
//! [`avx2`](super::avx2).

use std::arch::x86_64::*;
use std::cell::Cell;
use std::thread::LocalKey;

use super::avx2::{ByteColumns, add_scaled, bytes, lanes, prepare_bytes, scales, single, sixteen_bytes, sum};
use super::{BLOCK, BLOCKS_AHEAD, Block, BlockKernel, GROUPS, ROWS, Room, Rows, ask, store};

/// Number of registers of rows processed at a time.
const ROW_REGISTERS: usize = 2;
/// Number of columns processed at a time: with two registers of rows, the sums take 12 of the 16 registers.
const COLUMNS: usize = 6;

/// Products of blocks as bytes.
pub(super) struct Bytes;

/// One block of sixteen rows: the first group of four bytes of every row, then the second of every row, and so on.
pub(super) struct Panel {
    /// The bytes plus 128, since the byte product takes an unsigned first factor.
    groups: [[__m256i; ROW_REGISTERS]; GROUPS],
    scales: [__m256; ROW_REGISTERS],
}

thread_local! {
    static ROOM: Cell<Room<Panel, ByteColumns<COLUMNS>>> = const { Cell::new(Room::EMPTY) };
}

impl BlockKernel for Bytes {
    type Panel = Panel;
    type Columns = ByteColumns<COLUMNS>;
    const COLUMNS: usize = COLUMNS;

    fn room() -> &'static LocalKey<Cell<Room<Panel, ByteColumns<COLUMNS>>>> {
        &ROOM
    }

    #[target_feature(enable = "avx2,fma,f16c,avxvnni")]
    unsafe fn pack(rows: &[&[Block]; ROWS], panels: &mut Vec<Panel>) {
        for k in 0..rows[0].len() {
            let mut groups = [[_mm256_setzero_si256(); ROW_REGISTERS]; GROUPS];
            for (half, groups) in groups.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                for register in 0..ROW_REGISTERS {
                    // Register `i` holds four groups each of rows `i` and `i + 4` of eight.
                    let four: [__m256i; 4] = std::array::from_fn(|i| {
                        let groups = |row: usize| {
                            sixteen_bytes(&rows[register * 8 + row][k].steps.as_chunks::<{ BLOCK / 2 }>().0[half])
                        };
                        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(groups(i)), groups(i + 4))
                    });
                    let low = [_mm256_unpacklo_epi32(four[0], four[1]), _mm256_unpacklo_epi32(four[2], four[3])];
                    let high = [_mm256_unpackhi_epi32(four[0], four[1]), _mm256_unpackhi_epi32(four[2], four[3])];
                    let transposed = [
                        _mm256_unpacklo_epi64(low[0], low[1]),
                        _mm256_unpackhi_epi64(low[0], low[1]),
                        _mm256_unpacklo_epi64(high[0], high[1]),
                        _mm256_unpackhi_epi64(high[0], high[1]),
                    ];
                    for (group, bytes) in groups.iter_mut().zip(transposed) {
                        group[register] = _mm256_xor_si256(bytes, _mm256_set1_epi8(-128));
                    }
                }
            }
            panels.push(Panel { groups, scales: scales(rows, k) });
        }
    }

    #[target_feature(enable = "avx2,fma,f16c,avxvnni")]
    unsafe fn prepare(columns: Rows<'_, Block>, first: usize, into: &mut Vec<Self::Columns>) {
        prepare_bytes(columns, first, into);
    }

    #[target_feature(enable = "avx2,fma,f16c,avxvnni")]
    unsafe fn multiply(
        panel: &[Panel],
        columns: &[Self::Columns],
        width: usize,
        rows: usize,
        result: &mut [f32],
        stride: usize,
    ) {
        let mut sums = [[_mm256_setzero_ps(); ROW_REGISTERS]; COLUMNS];
        for (block, columns) in panel.iter().zip(columns) {
            let mut products = [[_mm256_setzero_si256(); ROW_REGISTERS]; COLUMNS];
            for (products, correction) in products.iter_mut().zip(&columns.corrections) {
                *products = [_mm256_set1_epi32(*correction); ROW_REGISTERS];
            }
            for (g, rows) in block.groups.iter().enumerate() {
                for (products, groups) in products.iter_mut().zip(&columns.groups) {
                    let four = _mm256_set1_epi32(groups[g]);
                    for (product, rows) in products.iter_mut().zip(rows) {
                        *product = _mm256_dpbusd_avx_epi32(*product, *rows, four);
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

/// Multiplies rows of blocks by a single column. The matrix is read only once, from main memory, so early prefetching
/// matters most.
#[target_feature(enable = "avx2,fma,f16c,avxvnni")]
pub(super) fn multiply_blocks_by_one(a: Rows<'_, Block>, b: Rows<'_, Block>, result: &mut [f32]) {
    struct Column {
        steps: __m256i,
        /// Minus the excess that results from adding 128 to the first factor: -128 times the sum of each group.
        corrections: __m256i,
        scale: f32,
    }
    let all_128 = _mm256_set1_epi8(-128);
    let mut column = Vec::with_capacity(b.depth);
    for block in b.row(0) {
        let steps = bytes(&block.steps);
        let excess = _mm256_dpbusd_avx_epi32(_mm256_setzero_si256(), all_128, steps);
        let corrections = _mm256_sub_epi32(_mm256_setzero_si256(), excess);
        column.push(Column { steps, corrections, scale: single(block.scale) });
    }
    for (i, result) in result.iter_mut().enumerate().take(a.count) {
        let mut sums = [_mm256_setzero_ps(); 2];
        for (k, (block, column)) in a.row(i).iter().zip(&column).enumerate() {
            ask(block, BLOCKS_AHEAD);
            let steps = _mm256_xor_si256(bytes(&block.steps), all_128);
            let product = _mm256_dpbusd_avx_epi32(column.corrections, steps, column.steps);
            let scale = _mm256_set1_ps(single(block.scale) * column.scale);
            sums[k % 2] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(product), scale, sums[k % 2]);
        }
        *result = sum(sums);
    }
}
