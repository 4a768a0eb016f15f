import Display
import Foundation

/// Shows the value of a cell's last expression as the cell's result.
public func _gyrusResult<Value>(_ value: Value, of label: String = #filePath) {
    send(bundle(of: value))
    KeptResults.keep(value, of: label)
}

/// A last expression without a value shows nothing.
public func _gyrusResult(_ value: Void) {}

/// Nor does `try? f()` if `f` has no value.
public func _gyrusResult(_ value: Void?) {}

/// A last expression that cannot be copied is shown by its type.
@_disfavoredOverload
public func _gyrusResult<Value: ~Copyable>(_ value: borrowing Value) {
    send(.plain("a value that cannot be copied"))
}

private func send(_ bundle: MIMEBundle) {
    if let message = try? bundle.message(provenance: OutputMetadata.next()) {
        Output.send(.result, message)
    } else {
        Output.send(
            .result, Data(#"{"data":{"text/plain":"the result is not valid JSON"},"metadata":{}}"#.utf8))
    }
}
