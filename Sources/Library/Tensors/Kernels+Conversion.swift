internal import CTensorKernels

extension Kernels {
    /// Half-precision numbers (IEEE binary16) as single ones, exactly; the source need not be aligned.
    package static func fromHalf(
        _ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int
    ) {
        parallelFor(count, grain: 65_536) { part in
            kernel_from_half(source + 2 * part.lowerBound, target + part.lowerBound, part.count)
        }
    }

    /// bfloat16 numbers as single ones, exactly; the source need not be aligned.
    package static func fromBFloat16(
        _ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int
    ) {
        parallelFor(count, grain: 65_536) { part in
            kernel_from_bfloat16(source + 2 * part.lowerBound, target + part.lowerBound, part.count)
        }
    }

    /// Single numbers as the nearest bfloat16 ones, of two the even one.
    package static func toBFloat16(
        _ source: UnsafePointer<Float>, into target: UnsafeMutableRawPointer, count: Int
    ) {
        parallelFor(count, grain: 16_384) { part in
            kernel_to_bfloat16(
                source + part.lowerBound, target + 2 * part.lowerBound, 1, part.count, part.count)
        }
    }
}
