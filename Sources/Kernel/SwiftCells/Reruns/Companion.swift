/// The source of a declaration of another cell that is compiled along with a cell.
struct Companion {
    let label: String
    let line: Int
    let members: ShapeCollector
    /// The names that it mentions, with those of the code that was put in.
    let mentions: Set<String>
    let needsSwift4: Bool
    private let brought: CellPlan.Brought
    let syntax: CellSyntax
    private let ownEdits: [SourceEdit]

    /// `declared` are the types in the same module; see `ExtensionEdits`.
    init(
        _ brought: CellPlan.Brought, declared: Set<String>, shapes: TypeShapes, isAlive: (String) -> Bool
    ) {
        self.brought = brought
        label = brought.version.label
        line = brought.version.item.line
        syntax = CellSyntax(brought.text)
        members = ShapeCollector(syntax.file)
        let extensions = ExtensionEdits(
            syntax, omitting: [], declared: declared, shapes: shapes, isAlive: isAlive)
        mentions = syntax.mentions.union(extensions.mentions).union(extensions.members)
        needsSwift4 = extensions.needsSwift4
        ownEdits = PlaceNames.edits(in: syntax.file, syntax.converter, label: label) + extensions.edits
    }

    /// The source as the compiler gets it.
    func text(polls: Bool) -> String {
        // What replaces the bodies of a conformance is otherwise as it should be.
        if brought.replacesBodies { return EditedSource(brought.text, edits: ownEdits).text }
        let edits = CellRewriter.edits(
            of: syntax, owners: { _ in nil }, showsResult: false, pollsInLoops: polls)
        return EditedSource(brought.text, edits: edits + ownEdits).text
    }
}
