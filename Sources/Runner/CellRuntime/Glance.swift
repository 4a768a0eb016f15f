import Display

/// A value in a few words, as an inspection shows it.
public struct _GyrusGlance: Displayable {
    fileprivate let text: String

    public var mimeBundle: MIMEBundle { MIMEBundle(["text/plain": .text(text)]) }
}

/// Looks at a value.
public func _gyrusGlance<Value>(_ value: Value) -> _GyrusGlance {
    _GyrusGlance(text: ValueSummary.text(of: value))
}

/// A value that cannot be copied shows nothing of itself.
@_disfavoredOverload
public func _gyrusGlance<Value: ~Copyable>(_ value: borrowing Value) -> _GyrusGlance {
    _GyrusGlance(text: "a value that cannot be copied")
}
