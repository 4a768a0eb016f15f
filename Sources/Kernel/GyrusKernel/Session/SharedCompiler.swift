import Foundation
import SwiftCells

/// The compiler of a session. Whoever has the turn compiles, or changes what cells can see.
///
/// A cell takes the turn to be compiled, and again to be committed once it has run. It runs without, so that the cells of
/// other shells can be compiled meanwhile.
final class SharedCompiler: @unchecked Sendable {
    // @unchecked: the compiler is used by the thread that holds the lock alone.
    private let lock = NSRecursiveLock()
    private let compiler: CellCompiler

    init(_ compiler: CellCompiler) { self.compiler = compiler }

    /// Waits for the turn, and does something with the compiler.
    func callAsFunction<Result>(_ body: (CellCompiler) throws -> Result) rethrows -> Result {
        try lock.withLock { try body(compiler) }
    }

    /// Does something with the compiler if nobody has the turn; otherwise nil.
    func ifFree<Result>(_ body: (CellCompiler) throws -> Result?) rethrows -> Result? {
        guard lock.try() else { return nil }
        defer { lock.unlock() }
        return try body(compiler)
    }

    /// What is declared by now.
    var names: NameTable { self { $0.names } }

    /// Finds the magics of a cell, knowing what earlier cells declared.
    var magicParser: MagicParser {
        let names = self.names
        return MagicParser { names.declares($0) }
    }

    /// Ends what it has running; it is not used again.
    func close() { compiler.close() }
}
