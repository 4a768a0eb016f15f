/// What surrounds the source of a cell in its module, and how that module is compiled.
struct ModuleFrame {
    let prelude: Prelude
    /// What precedes the cell: the lines that bring in libraries and earlier cells, and the release of values that
    /// stopped cells left behind.
    let head: String
    /// What follows it: the release of the values that it replaces, and the declarations that are compiled along.
    let tail: String
    let flags: [String]

    /// Whether loops ask if the user interrupted.
    var pollsInLoops: Bool { flags.contains("-O") }
}

/// What is compiled in a module: the cell, if there is one, and declarations of other cells.
struct ModuleParts {
    /// The cell's own source, as far as it decides how the module is compiled.
    var sources: [CellSyntax] = []
    var members: [ShapeCollector] = []
    /// The members that code which was put into the cell mentions.
    var mentions: Set<String> = []
    var needsSwift4 = false
    let companions: [Companion]
}

extension CellCompiler {
    /// What surrounds a cell; `syntax` is that of the cell, empty if only companions are compiled.
    func frame(
        of module: String, _ syntax: CellSyntax, _ plan: CellPlan, _ parts: ModuleParts, isOptimized: Bool?
    ) -> ModuleFrame {
        let companions = parts.companions
        let members = parts.members + companions.map(\.members)
        var prelude = names.prelude(for: syntax, plan: plan)
        prelude.lines = shapes.showingPrivateNames(
            prelude.lines,
            mentions: companions.reduce(syntax.mentions.union(parts.mentions)) { $0.union($1.mentions) },
            subclassMembers: members.reduce([]) { $0.union($1.subclassMembers) })
        let flags = flags(for: plan, parts, members, isOptimized: isOptimized)
        let polls = flags.contains("-O")
        let brought = companions.map { Self.placed($0.text(polls: polls), label: $0.label, line: $0.line) }
        return ModuleFrame(
            prelude: prelude,
            head: builder.header(prelude.lines + anchor(of: module, plan))
                + Self.code(for: plan.earlyReleases),
            tail: release(after: plan) + brought.joined(), flags: flags)
    }

    private func flags(
        for plan: CellPlan, _ parts: ModuleParts, _ members: [ShapeCollector], isOptimized: Bool?
    ) -> [String] {
        let items = plan.items + plan.brought.map(\.version.item)
        // A later cell may replace the bodies of a conformance; see Conformance.
        // To the compiler a type of an earlier cell is public, and would need public members for a conformance.
        let conforms =
            parts.sources.contains { !$0.conformances.isEmpty }
            || items.contains(where: \.isConformance)
        // To a subclass overrides in a class of an earlier cell are invisible, and would not be called, where they are internal.
        let inherits = items.contains { $0.uses.inherited.contains(where: names.mayOverride) }
        let all = parts.sources + parts.companions.map(\.syntax)
        let choices = all.map { optimization.flags(for: $0, isOptimized: isOptimized) }
        let needsSwift4 = parts.needsSwift4 || parts.companions.contains(where: \.needsSwift4)
        return (choices.first { $0.contains("-O") } ?? choices.first ?? [])
            + (conforms ? ["-enable-implicit-dynamic"] : [])
            // An initializer of an earlier cell's type sets its private storage.
            + (conforms || needsSwift4 || inherits ? ["-disable-access-control"] : [])
            // With it, later cells can see private names.
            + (members.allSatisfy(\.privateNames.isEmpty) ? [] : ["-enable-private-imports"])
            + (needsSwift4 ? ["-swift-version", "4"] : [])
    }

    /// The import of a module without any of its names.
    private func anchor(of module: String, _ plan: CellPlan) -> [String] {
        let isSeen = (plan.compiled + plan.brought.map(\.version.item)).contains {
            $0.isTypeOrAlias || $0.isVisibleByModule || $0.role == .other
        }
        return isSeen ? ["enum \(Prelude.anchor(module)) {}"] : []
    }

    /// The code that releases what the cell has made superfluous.
    private func release(after plan: CellPlan) -> String {
        let early = Set(plan.earlyReleases)
        let releases = plan.releases.filter { !early.contains($0) }
        guard !releases.isEmpty else { return "" }
        // A cell that is stopped there has completed all of its items.
        let count = (plan.items.map(\.index).max() ?? -1) + 1
        return "_gyrusReached(\(count))\n" + Self.code(for: releases)
    }

    private static func code(for releases: [Past.Storage]) -> String {
        releases.map { "_gyrusRelease(\"\($0.module)\", \"\($0.name)\")\n" }.joined()
    }
}
