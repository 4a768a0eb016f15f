import Display
import Foundation

/// Shows the value of a cell's last expression as the cell's result.
public func _gyrusResult<Value>(_ value: Value, of label: String = #filePath) {
    send(bundle(of: value))
    KeptResults.keep(value, of: label)
}

/// A last expression without a value shows nothing.
public func _gyrusResult(_ value: Void) {}

/// Nor does `try? f()` where `f` has no value.
public func _gyrusResult(_ value: Void?) {}

/// A last expression that cannot be copied is shown by its type.
@_disfavoredOverload
public func _gyrusResult<Value: ~Copyable>(_ value: borrowing Value) {
    send(.plain("a value that cannot be copied"))
}

private func send(_ bundle: MIMEBundle) {
    if let message = try? bundle.message() {
        Output.send(.result, message)
    } else {
        Output.send(
            .result, Data(#"{"data":{"text/plain":"the result is not valid JSON"},"metadata":{}}"#.utf8))
    }
}

/// How a value looks: as it says itself, else as text.
package func bundle(of value: some Any) -> MIMEBundle {
    if let displayable = value as? any Displayable { return displayable.mimeBundle }
    return .plain(ValueText.describe(value))
}

/// Values as text, of bounded length.
package enum ValueText {
    /// How many elements of a collection, and how many characters in all, are worth showing.
    static let elementLimit = 200
    static let characterLimit = 100_000

    /// The value's description; strings in quotes, long collections and texts shortened with a note of their size.
    package static func describe(_ value: some Any) -> String {
        let text = shortenedCollection(value) ?? plain(value)
        guard text.utf8.count > characterLimit else { return text }
        return text.prefix(characterLimit) + "… (\(text.utf8.count) bytes in all)"
    }

    private static func plain(_ value: some Any) -> String {
        value is String || value is Character || value is Substring
            ? String(reflecting: value) : String(describing: value)
    }

    private static func shortenedCollection(_ value: some Any) -> String? {
        guard let collection = value as? any Collection, !(value is any StringProtocol) else { return nil }
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .collection, collection.count > elementLimit else { return nil }
        let shown = firstElements(of: collection)
        return "[\(shown.joined(separator: ", ")), … \(collection.count) elements in all]"
    }

    private static func firstElements(of collection: some Collection) -> [String] {
        collection.prefix(elementLimit).map { String(reflecting: $0) }
    }
}
