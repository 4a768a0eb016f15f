import Tensors

/// Why an encoding model cannot be fitted or scored with the given arguments.
public enum EncodingError: Error, CustomStringConvertible, Equatable {
    /// Two arguments that describe the same samples differ in their number of samples.
    case sampleCount(what: String, count: Int, expected: Int)
    /// The number of columns of a matrix is not that of the fit.
    case columnCount(what: String, count: Int, expected: Int)
    /// A feature is NaN or infinite, with the index of its band if there are several.
    case featureNotFinite(row: Int, column: Int, band: Int? = nil)
    /// A parameter has a value that it cannot have.
    case parameter(name: String, value: String, expected: String)
    /// The samples cannot be divided into the folds that were asked for.
    case folds(String)
    /// The samples of a run are not together.
    case runInterrupted(label: String, sample: Int)

    public var description: String {
        switch self {
        case .sampleCount(let what, let count, let expected):
            "the \(what) have \(count) samples, but \(expected) were expected"
        case .columnCount(let what, let count, let expected):
            "the \(what) have \(count) columns, but \(expected) were expected"
        case .featureNotFinite(let row, let column, let band):
            """
            the features\(band.map { " of band \($0)" } ?? "") are NaN or infinite at row \(row), column \(column); \
            remove that sample or that feature
            """
        case .parameter(let name, let value, let expected):
            "\(name) is \(value), but must be \(expected)"
        case .folds(let problem):
            problem
        case .runInterrupted(let label, let sample):
            "run \(label) begins again at sample \(sample) after another run; the samples of a run must be together"
        }
    }
}

/// Throws `EncodingError.parameter`, which names argument, value and expectation, unless `isValid`.
func checkParameter(
    _ name: String, _ value: @autoclosure () -> Any, expected: @autoclosure () -> String, _ isValid: Bool
) throws {
    if !isValid {
        throw EncodingError.parameter(name: name, value: "\(value())", expected: expected())
    }
}

/// Throws `EncodingError` if predictions and responses have different shapes.
func checkShapes<Element: Scalar>(
    _ predictions: Matrix<Element>, of responses: Matrix<Element>
) throws {
    guard predictions.rows == responses.rows else {
        throw EncodingError.sampleCount(
            what: "predictions", count: predictions.rows, expected: responses.rows)
    }
    guard predictions.columns == responses.columns else {
        throw EncodingError.columnCount(
            what: "predictions", count: predictions.columns, expected: responses.columns)
    }
}
