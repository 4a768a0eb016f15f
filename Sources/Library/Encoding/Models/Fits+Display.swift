import Display

extension RidgeFit: Displayable, CustomStringConvertible {
    /// The scores, how many voxels chose each alpha, and which voxels could not be fitted.
    public var mimeBundle: MIMEBundle {
        bundle("Ridge: \(Number.counted(coefficients.rows, "feature"))")
    }

    /// The same under another beginning of the title.
    func bundle(_ beginning: String, notes: [String] = []) -> MIMEBundle {
        let title = "\(beginning), \(Number.counted(coefficients.columns, "voxel"))"
        let counts = alphaCounts
        let table = Table(
            scores.count > 0 ? "" : title,
            [.text("alpha", counts.map(\.name)), .bars("voxels", counts.map(\.count))],
            notes: AlphaGridEnds(alphas, of: bestAlphas).notes + notes
                + unfitted(withNaN: voxelsWithNaN, constant: constantVoxels))
        return .stacked(
            (scores.count > 0 ? [scores.summary(title: title)] : []).map(\.mimeBundle) + [table.mimeBundle])
    }

    /// How many voxels chose each alpha, from the smallest to the largest that was chosen.
    private var alphaCounts: [(name: String, count: Int)] {
        let counts = alphas.map { alpha in bestAlphas.count { $0 == alpha } }
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 })
        else {
            return []
        }
        return (first...last).map { (alphaText(alphas[$0]), counts[$0]) }
    }
}

extension KernelRidgeFit: Displayable, CustomStringConvertible {
    /// The kernel, the scores, how many voxels chose each alpha, and which voxels could not be fitted.
    public var mimeBundle: MIMEBundle {
        fit.bundle(
            "Kernel ridge (\(model.kernel)): \(Number.counted(fit.coefficients.rows, "sample"))",
            notes: conditionNote.map { [$0] } ?? [])
    }
}

extension BandedRidgeFit: Displayable, CustomStringConvertible {
    /// How many voxels give most of the scaling to each band, and which voxels could not be fitted.
    public var mimeBundle: MIMEBundle {
        bundle("Banded ridge", bands: coefficients.indices.map { "band \($0)" })
    }

    /// The same under another name and with names of the bands.
    func bundle(_ name: String, bands: [String]) -> MIMEBundle {
        let preferred = bestAlphas.indices.filter { bestAlphas[$0].isFinite }.map { voxel in
            coefficients.indices.max { scalings[$0, voxel] < scalings[$1, voxel] } ?? 0
        }
        return Table(
            "\(name): \(Number.counted(coefficients.count, "band")), \(Number.counted(bestAlphas.count, "voxel")), "
                + "by the band with most scaling",
            [
                .text(
                    "band",
                    zip(bands, coefficients).map { "\($0) (\(Number.counted($1.rows, "feature")))" }),
                .bars("voxels", coefficients.indices.map { band in preferred.count { $0 == band } }),
            ],
            notes: AlphaGridEnds(alphas, of: bestAlphas).notes
                + unfitted(withNaN: voxelsWithNaN, constant: constantVoxels)
        ).mimeBundle
    }
}

extension GroupRidgeFit: Displayable, CustomStringConvertible {
    /// How many voxels give most of the scaling to each group, and which voxels could not be fitted.
    public var mimeBundle: MIMEBundle { banded.bundle("Group ridge", bands: labels.map { "group \($0)" }) }
}

extension HeldOutPredictions: Displayable, CustomStringConvertible {
    /// How many predictions there are, and their scores where available.
    public var mimeBundle: MIMEBundle {
        guard let scores = try? scores() else { return .plain(description) }
        return scores.pooled.summary(title: description, notes: ["scores of all folds together"]).mimeBundle
    }

    /// How many predictions there are; their scores take a while, which a list of variables should not.
    public var description: String {
        let tested = folds.reduce(0) { $0 + $1.test.count }
        return "Held-out predictions of \(Number.counted(tested, "sample")) x "
            + "\(Number.counted(responses.columns, "voxel")) in \(Number.counted(folds.count, "fold"))"
    }
}

extension PipelineFit: CustomStringConvertible {}

/// How many voxels chose the ends of a grid of alphas: a wider grid might have been better for them.
struct AlphaGridEnds {
    private let grid: [Double]
    private let smallest: Int
    private let largest: Int
    private let voxels: Int

    /// The alphas of voxels; NaN for those without one.
    init(_ grid: [Double], of alphas: [Double]) {
        self.grid = grid
        voxels = alphas.count { $0.isFinite }
        smallest = alphas.count { $0 == grid.first }
        largest = alphas.count { $0 == grid.last }
    }

    /// One line for each end of the grid that was chosen.
    var notes: [String] {
        guard grid.count > 1, let first = grid.first, let last = grid.last else { return [] }
        return [("smallest", smallest, first), ("largest", largest, last)].filter { $0.1 > 0 }.map {
            "\(Number.grouped($0.1)) of \(Number.counted(voxels, "voxel")) chose the \($0.0) alpha of the grid "
                + "(\(alphaText($0.2)))"
        }
    }
}

/// One line for each kind of voxel that could not be fitted or scored.
private func unfitted(withNaN: [Int], constant: [Int]) -> [String] {
    [
        withNaN.isEmpty ? nil : "with NaN, left out: \(listed(withNaN))",
        constant.isEmpty ? nil : "constant, not scored: \(listed(constant))",
    ].compactMap { $0 }
}
