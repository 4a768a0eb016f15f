import SwiftSyntax

extension CellSyntax {
    /// An extension's source without the members that some effects name; its lines stay.
    static func leaving(out effects: Set<String>, of source: String) -> String {
        let syntax = CellSyntax(source)
        guard case .decl(let declaration)? = syntax.file.statements.first?.item,
            let node = declaration.as(ExtensionDeclSyntax.self)
        else { return source }
        let type = node.effectiveType
        let bytes = Array(source.utf8)
        let edits = node.memberBlock.members
            .filter { effects.contains("extension \(type) \($0.decl.memberKey)") }
            .flatMap { SourceEdit.blanks(over: $0, in: bytes) }
        return EditedSource(source, edits: edits).text
    }
}
