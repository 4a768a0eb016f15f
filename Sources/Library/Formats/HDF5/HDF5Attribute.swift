/// The value of an HDF5 attribute; one element if the attribute is a scalar.
public enum HDF5Attribute: Sendable, Equatable {
    case strings([String])
    case integers([Int])
    case numbers([Double])
    /// Integers of which at least one is more than `Int` can hold.
    case unsigned([UInt64])

    /// The one text, or nil if it is something else.
    public var string: String? {
        if case .strings(let values) = self, values.count == 1 { values[0] } else { nil }
    }
    /// The one integer, or nil if it is something else.
    public var integer: Int? {
        if case .integers(let values) = self, values.count == 1 { values[0] } else { nil }
    }
    /// The one number, or nil if it is something else.
    public var number: Double? {
        switch self {
        case .numbers(let values) where values.count == 1: values[0]
        case .integers(let values) where values.count == 1: Double(values[0])
        default: nil
        }
    }
}
