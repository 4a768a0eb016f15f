import Formats

extension SurfaceMap {
    /// The colors of values as places in the scale, with the opacity that the threshold gives them.
    func colorTable(columns: Int, rows: Int) -> ColorTable {
        let scale = scale
        let (low, span) = (scale.domain.lowerBound, scale.domain.upperBound - scale.domain.lowerBound)
        func color(_ color: Color, _ opacity: Double) -> SIMD4<Float> {
            SIMD4(Float(color.red), Float(color.green), Float(color.blue), Float(opacity))
        }
        guard second != nil else {
            return ColorTable(columns: columns) { part, _ in
                color(scale.map.color(at: part), opacity(low + part * span))
            }
        }
        return ColorTable(columns: rows, rows: rows) { first, second in
            color(pairColors.color(first, second), opacity(low + max(first, second) * span))
        }
    }

    /// Where values lie in the scale, from 0 to 1; NaN stays NaN.
    func places(_ values: [Double], in scale: ColorScale) -> [Float] {
        let (low, span) = (scale.domain.lowerBound, scale.domain.upperBound - scale.domain.lowerBound)
        return values.map { value in
            value.isFinite ? Float(min(1, max(0, (value - low) / span))) : .nan
        }
    }

    /// The gray of each vertex below the values: sulci dark, gyri light.
    static func grays(_ hemisphere: CorticalSurface.HemisphereMeshes) -> [Float] {
        guard let sulci = hemisphere.sulci else {
            return [Float](repeating: 0.72, count: hemisphere.vertexCount)
        }
        // Half of the typical depth is dark enough: a narrow ramp, so that sulci have edges.
        let sizes = sulci.filter(\.isFinite).map(abs).sorted()
        let ramp = max(1e-6, sizes.isEmpty ? 1 : sizes[sizes.count / 2] * 0.6)
        return sulci.map { depth in
            let part = depth.isFinite ? min(1, max(-1, depth / ramp)) : 0
            return 0.66 - 0.14 * part
        }
    }
}
