import Display
import Foundation
import RunnerProtocol

/// Tells the kernel which error a cell did not catch; the runner calls it with the error's box.
///
/// `ename` is the type as the cell's author wrote it, `evalue` the error's own description.
@_cdecl("gyrus_describe_error")
package func describeError(_ box: UnsafeMutableRawPointer) {
    let error = unsafeBitCast(box, to: (any Error).self)
    let message = UncaughtError(
        ename: typeName(of: error), evalue: description(of: error), cancelled: saysCancelled(error))
    if let data = try? JSONEncoder().encode(message) { Output.send(.error, data) }
}

/// Whether it is what a task throws that was told to stop: `URLSession` has an error of its own for that.
private func saysCancelled(_ error: any Error) -> Bool {
    if error is CancellationError { return true }
    let error = error as NSError
    return error.domain == NSURLErrorDomain && error.code == NSURLErrorCancelled
}

/// The name of an error's type without its module, as the code that throws it writes it.
private func typeName(of error: any Error) -> String {
    let name = String(reflecting: type(of: error)).replacing(/\(unknown context at \$[0-9a-f]+\)\./, with: "")
    // The runner takes the modules of cells out of all names; outside of a runner they are there.
    let isFromCell = (_mangledTypeName(type(of: error)) ?? "").contains(/^\d+Cell\d/)
    if isFromCell { return name.replacing(/^Cell\d+\./, with: "") }
    return name.firstIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
}

/// What the error says of itself, in the first of the ways that Swift knows.
private func description(of error: any Error) -> String {
    if let localized = error as? any LocalizedError, let text = localized.errorDescription { return text }
    if type(of: error) is NSError.Type { return error.localizedDescription }
    return ValueText.describe(error)
}
