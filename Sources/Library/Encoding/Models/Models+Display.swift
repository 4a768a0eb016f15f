import Display
import Foundation

extension Alphas: CustomStringConvertible {
    /// How many alphas there are, and the smallest and largest.
    public var description: String {
        guard let first = values.first, let last = values.last else { return "no alpha" }
        return values.count == 1
            ? "alpha \(alphaText(first))"
            : "\(values.count) alphas from \(alphaText(first)) to \(alphaText(last))"
    }
}

/// An alpha with three digits.
func alphaText(_ alpha: Double) -> String { String(format: "%.3g", alpha) }

extension SearchScore: CustomStringConvertible {
    /// The score's name.
    public var description: String {
        switch self {
        case .negativeSquaredError: "negative squared error"
        case .r2: "R2"
        case .correlation: "correlation"
        }
    }
}

extension KernelRidge.Kernel: CustomStringConvertible {
    /// The kernel's name and parameters.
    public var description: String {
        func text(_ gamma: Double?) -> String { gamma.map { Number.short($0) } ?? "1 / features" }
        return switch self {
        case .linear: "linear"
        case .polynomial(let degree, let gamma, let offset):
            "polynomial of degree \(degree), gamma \(text(gamma)), offset \(Number.short(offset))"
        case .rbf(let gamma): "RBF, gamma \(text(gamma))"
        case .precomputed: "precomputed"
        }
    }
}

extension BandedRidge.Candidates: CustomStringConvertible {
    /// How many scalings are tried, and where they come from.
    public var description: String {
        switch self {
        case .dirichlet(let count, let concentrations, let seed):
            "\(count) from Dirichlet distributions of concentrations "
                + "\(concentrations.map { Number.short($0) }.joined(separator: ", ")), seed \(seed)"
        case .given(let given): "\(given.count) given"
        }
    }
}

extension BandRefinement: CustomStringConvertible {
    /// What is done after the search.
    public var description: String {
        switch self {
        case .none: "none"
        case .gradient(let steps, let tolerance):
            "by gradient, at most \(Number.counted(steps, "step")), tolerance \(Number.short(tolerance))"
        }
    }
}

extension RidgeOptions: Displayable, CustomStringConvertible {
    /// The options.
    public var mimeBundle: MIMEBundle { settings("Ridge options", alphaRow + rows) }

    fileprivate var alphaRow: [(String, String)] {
        [("alphas", "\(alphas), \(alphaPerVoxel ? "one for each voxel" : "one for all voxels")")]
    }

    fileprivate var rows: [(String, String)] {
        [("folds", "\(folds)"), ("intercept", intercept ? "yes" : "no"), ("chosen by", "\(searchScore)")]
    }
}

extension Ridge: Displayable, CustomStringConvertible {
    /// The settings of the model.
    public var mimeBundle: MIMEBundle {
        settings("Ridge, not fitted", options.alphaRow + options.rows)
    }
}

extension KernelRidge: Displayable, CustomStringConvertible {
    /// The settings of the model.
    public var mimeBundle: MIMEBundle {
        settings(
            "Kernel ridge, not fitted", [("kernel", "\(kernel)")] + options.alphaRow + options.rows)
    }
}

extension BandedRidge: Displayable, CustomStringConvertible {
    /// The settings of the model.
    public var mimeBundle: MIMEBundle { settings("Banded ridge, not fitted", rows) }

    fileprivate var rows: [(String, String)] {
        options.alphaRow + [("candidates", "\(candidates)")] + options.rows
            + [("refinement", "\(refinement)")]
    }
}

extension GroupRidge: Displayable, CustomStringConvertible {
    /// The settings of the model.
    public var mimeBundle: MIMEBundle {
        let count = Set(groups.filter { $0 >= 0 }).count
        let left = groups.count { $0 < 0 }
        let text =
            "\(Number.counted(count, "group")) of \(Number.counted(groups.count, "feature"))"
            + (left > 0 ? ", \(left) left out" : "")
        return settings("Group ridge, not fitted", [("groups", text)] + banded.rows)
    }
}

extension Pipeline: Displayable, CustomStringConvertible {
    /// The steps in their order, and the model that they lead into.
    public var mimeBundle: MIMEBundle {
        let rows = steps.enumerated().map { ("step \($0 + 1)", firstLine($1)) }
        return settings("Pipeline, not fitted", rows + [("model", firstLine(model))])
    }

    private func firstLine(_ value: Any) -> String {
        let text = "\(value)".split(separator: "\n").first.map(String.init) ?? "\(type(of: value))"
        return text.replacing(", not fitted", with: "")
    }
}

private func settings(_ title: String, _ rows: [(String, String)]) -> MIMEBundle {
    Table(title, [.text("", rows.map(\.0)), .text("", rows.map(\.1))]).mimeBundle
}
