import GyrusKernel
import SwiftCells

/// The names that a cell takes from outside of itself, and those that it declares.
struct CellNames {
    /// Names in its Swift that nothing within it binds, and every word that a magic is given.
    private(set) var used: Set<String> = []
    /// Variables, functions and types at its top level.
    private(set) var declared: Set<String> = []

    init(_ source: String) {
        for step in MagicParser().steps(of: CellText.normalized(source)) {
            switch step {
            case .swift(let code): addSwift(code)
            case .magic(let call):
                addWords(call.arguments)
                guard let body = call.body else { continue }
                if Magics.takesSwift(call.name) {
                    let inner = CellNames(body)
                    used.formUnion(inner.used)
                    declared.formUnion(inner.declared)
                } else {
                    addWords(body)
                }
            }
        }
    }

    private mutating func addSwift(_ code: String) {
        used.formUnion(Uses(ofSource: code).names)
        declared.formUnion(CellText.declaredNames(in: code))
    }

    private mutating func addWords(_ text: String) {
        used.formUnion(text.matches(of: /[\p{L}_][\p{L}\p{N}_]*/).map { String($0.output) })
    }
}
