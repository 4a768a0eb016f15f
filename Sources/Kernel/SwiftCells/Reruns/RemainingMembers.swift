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
        var edits: [SourceEdit] = []
        // Filtering a collection makes a new one, whose members have other positions.
        for member in node.memberBlock.members
        where effects.contains("extension \(type) \(member.decl.memberKey)") {
            edits += SourceEdit.blanks(over: member, in: bytes)
        }
        return EditedSource(source, edits: edits).text
    }
}
