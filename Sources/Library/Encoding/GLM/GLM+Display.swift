import Display
import Tensors

extension GLMFit: Displayable, CustomStringConvertible {
    /// The conditions, each with the range of its betas over voxels.
    public var mimeBundle: MIMEBundle {
        let betas = betas.converted(to: Double.self)
        let rows = (0..<betas.rows).map { betas.row($0) }
        return Table(
            "General linear model: \(Number.counted(design.matrix.rows, "sample")), "
                + Number.counted(coefficients.columns, "voxel"),
            [
                .text("regressor", conditions),
                .numbers("mean", rows.map { $0.reduce(0, +) / Double(max(1, $0.count)) }),
                .numbers("lowest", rows.map { $0.min() ?? .nan }),
                .numbers("highest", rows.map { $0.max() ?? .nan }),
            ]
        ).mimeBundle
    }
}

extension ResponseModel: CustomStringConvertible {
    /// The response by name, or its delays.
    public var description: String {
        switch self {
        case .hemodynamic(.glover): "Glover's response"
        case .hemodynamic(.spm): "SPM's response"
        case .hemodynamic(let response): "a response with a delay of \(Number.short(response.delay)) s"
        case .finiteImpulse(let delays):
            "finite impulses after \(delays.map(String.init).joined(separator: ", ")) repetitions"
        }
    }
}

extension GLMDrift: CustomStringConvertible {
    /// The functions of the drift.
    public var description: String {
        switch self {
        case .cosine(let highPass): "cosines below \(Number.short(highPass)) Hz"
        case .polynomial(let degree): "a polynomial of degree \(degree)"
        case .none: "a constant alone"
        }
    }
}

extension GLM: CustomStringConvertible {
    /// The response, the drift and the penalty.
    public var description: String {
        "General linear model: \(response), a sample every \(Number.short(repetitionTime)) s, drift: \(drift)"
            + (alpha > 0 ? ", alpha \(Number.short(alpha))" : "")
    }
}

extension DesignMatrix: CustomStringConvertible {
    /// The regressors by name.
    public var description: String {
        "design of \(matrix.rows) samples x \(matrix.columns) regressors: \(names.joined(separator: ", "))"
    }
}
