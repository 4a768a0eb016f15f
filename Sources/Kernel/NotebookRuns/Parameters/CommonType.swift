/// The type that a notebook without declarations gives to all values of a parameter: `0.5` and `1` are both a `Double`.
public struct CommonType: Sendable, Equatable {
    /// Nil if they have none in common.
    let type: ParameterType?

    /// The type of values that are given by texts.
    public init(of texts: some Sequence<String>) {
        let texts = Set(texts)
        let types = texts.map { ParameterType(guessedFrom: $0) }
        // 01, 02, … 10: the last of such labels have no zero in front.
        let areLabels =
            texts.contains(where: ParameterType.isLabel) && texts.allSatisfy(ParameterType.isDigits)
        type = areLabels ? .string : ParameterType.common(types)
    }
}
