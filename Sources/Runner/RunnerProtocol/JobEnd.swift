import CRunnerProtocol

/// How a cell or the handler of a comm message ended.
package struct JobEnd: Decodable, Sendable {
    @SentAsNumber package var outcome: Outcome
    /// Of a handler: whether the message had a taker.
    package let taken: Bool?
    /// Of a cell: whether its library could be loaded at all.
    package let loaded: Bool?
    /// Whether the user asked it to stop.
    package let interrupted: Bool
    /// Of a cell: the index of the top-level item that was begun last.
    package let reached: Int?
    /// The name of the signal of a trap (`ILL`), or `STACK` if the stack came to its end.
    package let signal: String
    /// Whether it failed on a thread that is not one of its own: of a queue, or one that it started.
    package let isForeign: Bool
    /// Of the outcome `held`: the request whose cell left what was waited for, and what that is.
    package let heldBy: UInt32
    @SentAsNumber package var held: HeldKind
    /// Where in that cell a thread was stopped, if that is known.
    package let heldAt: [StackFrame]
    /// The frames of its end that lie in cells, innermost first.
    package let frames: [StackFrame]
    /// Of a cell: nanoseconds from its first to its last instruction, and of processor time that the process spent
    /// meanwhile.
    package let wall, user, system: Int?

    /// A place in the library of a cell.
    package struct StackFrame: Decodable, Sendable {
        package let image: String
        package let offset: Int

        package init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            image = try container.decode(String.self)
            offset = try container.decode(Int.self)
        }
    }
}

/// A value of an enumeration of the header, which the runner sends as its number.
@propertyWrapper package struct SentAsNumber<Value: RawRepresentable & Sendable>: Decodable, Sendable
where Value.RawValue: Decodable {
    package let wrappedValue: Value

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let number = try container.decode(Value.RawValue.self)
        guard let value = Value(rawValue: number) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(number) is not a \(Value.self)")
        }
        wrappedValue = value
    }
}
