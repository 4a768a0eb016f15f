import Display
import Foundation
import RunnerProtocol
import Synchronization

/// The results of earlier cells by their numbers: `Out[3]` is what `In[3]` showed.
///
/// Its type is that of the result if the kernel knows it, else the one that is expected (`let x: Double = Out[3]`). A
/// result that takes more than 8 MB is not kept, and of all together the oldest go when they take more than 64 MB.
// The name that IPython has given it.
// swift-format-ignore: AlwaysUseLowerCamelCase
public let Out = _GyrusResults()

/// See `Out`.
public struct _GyrusResults: Sendable {
    /// A result as it is, of whatever type.
    public subscript(number: Int) -> _GyrusAnyResult { _GyrusAnyResult(number: number) }

    /// A result as a value of its type; ends the cell if there is none, or if it has another type.
    @_disfavoredOverload
    public subscript<Value>(number: Int) -> Value {
        let found = KeptResults.value(number)
        guard let value = found as? Value else {
            let problem =
                found.map { "Out[\(number)] is of type \(type(of: $0)), not \(Value.self)" }
                ?? KeptResults.missing(number)
            fatalError(problem)
        }
        return value
    }
}

/// A result whose type is not known where it is asked for.
public struct _GyrusAnyResult: Displayable {
    let number: Int

    public var mimeBundle: MIMEBundle {
        KeptResults.value(number).map { bundle(of: $0) } ?? .plain(KeptResults.missing(number))
    }
}

/// Keeps results, small ones and not too many.
enum KeptResults {
    private static let sizeLimit = 8 << 20
    private static let totalLimit = 64 << 20

    private struct Kept {
        let value: Any
        let size: Int
    }
    private struct State: @unchecked Sendable {
        // @unchecked: the values are those of cells, which share all that they have among threads as they like.
        var kept: [Int: Kept] = [:]
        var tooLarge: Set<Int> = []
        var total = 0
    }
    private static let state = Mutex(State())

    /// Keeps the result of the cell that has a label (`In[3]`), and tells the kernel of its type.
    static func keep<Value>(_ value: Value, of label: String) {
        guard label.hasPrefix("In["), label.hasSuffix("]"), let number = Int(label.dropFirst(3).dropLast()),
            !(value is _GyrusAnyResult)
        else { return }
        let size = ValueSize.bytes(of: value)
        let handed = Handed(value: value)
        let dropped = state.withLock { state -> Handed<[Any]> in
            var dropped: [Any] = []
            if let former = state.kept.removeValue(forKey: number) {
                state.total -= former.size
                dropped.append(former.value)
            }
            state.tooLarge.remove(number)
            guard size <= sizeLimit else {
                state.tooLarge.insert(number)
                return Handed(value: dropped)
            }
            state.kept[number] = Kept(value: handed.value, size: size)
            state.total += size
            while state.total > totalLimit, let oldest = state.kept.keys.min(), oldest != number,
                let former = state.kept.removeValue(forKey: oldest)
            {
                state.total -= former.size
                dropped.append(former.value)
            }
            return Handed(value: dropped)
        }
        // Their code may run when they end, and may stop the cell: not with the lock held.
        defer { withExtendedLifetime(dropped) {} }
        // Also of one that is not kept: `_` must not stand for the result before it.
        let note = KeptResult(number: number, type: String(reflecting: Value.self))
        if let data = try? JSONEncoder().encode(note) { Output.send(.kept, data) }
    }

    static func value(_ number: Int) -> Any? {
        state.withLock { Handed(value: $0.kept[number]?.value) }.value
    }

    static func missing(_ number: Int) -> String {
        state.withLock { $0.tooLarge.contains(number) }
            ? "Out[\(number)] was not kept: it takes more than \(sizeLimit >> 20) MB"
            : "there is no Out[\(number)]"
    }

    /// A value on its way through the lock.
    private struct Handed<Value>: @unchecked Sendable { let value: Value }
}
