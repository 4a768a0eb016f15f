/// The lines before a cell that bring in what it uses of earlier cells.
struct Prelude {
    var lines: [String] = []
    /// The modules that the cell depends on, directly or by way of others.
    var modules: Set<String> = []
    /// The names that are declared only in order to say that they are not initialized.
    var stubs: [String] = []

    /// A name of a module by which it can be imported without bringing in any other of its names.
    static func anchor(_ module: String) -> String { "_Gyrus\(module)" }
}

extension NameTable {
    /// The prelude of a cell; without a plan that of one which is being written.
    ///
    /// An import of one declaration of a module also makes the members of its types visible, and its extensions too; those
    /// of a module that is imported as a whole come before them.
    func prelude(for syntax: CellSyntax, plan: CellPlan? = nil) -> Prelude {
        // What only a plan's companions replace is not seen either.
        let removed = plan?.removed ?? []
        let own = plan?.compiled.flatMap(\.declarations) ?? syntax.declarations
        let declared = Set(own.filter { $0.kind != .function }.map(\.name))
        var mentions = syntax.mentions
        for brought in plan?.brought ?? [] { mentions.formUnion(brought.version.item.uses.all) }
        let effective = Set(
            effectOwners.values.filter { !removed.contains($0) }.compactMap { versions[$0]?.module })
        let earlier = Set(
            (plan?.earlier.values.joined()).map(Array.init)?.compactMap { versions[$0]?.source } ?? [])

        var wanted = effective.union(earlier)
        var scoped: [String] = []
        for name in mentions.sorted() {
            for owner in owners(of: name)
            where modules[owner.source] != nil && (!removed.contains(owner.id) || plan == nil) {
                wanted.insert(owner.source)
                if !declared.contains(name), let kind = owner.declaration?.kind {
                    scoped.append("@testable import \(kind.rawValue) \(owner.source).`\(name)`")
                }
            }
        }
        let redeclared = modulesWithRedeclaredInitializers(besides: removed)
        let reachable = modulesInReach(besides: removed)
        var prelude = Prelude(lines: imports, modules: dependencies(of: wanted))
        for name in order where prelude.modules.contains(name) {
            // The compiler finds what a module needs by itself; only members of types ask for an import of their own.
            // (Were the whole closure imported, each module would list it, and reading them would grow as its square.)
            guard let module = modules[name],
                wanted.contains(name) || module.hasTypes && reachable.contains(name)
            else { continue }
            let shows = Set(module.names.filter { plan == nil || mentions.contains($0) })
            let hides =
                redeclared.contains(name) || hidesEffects(module, removed)
                || leaks(shows, of: name, removed, declared)
            if earlier.contains(name) || !hides || effective.contains(name) && addsOperators(name, removed) {
                prelude.lines.append("@testable import \(name)")
            } else if module.hasTypes || effective.contains(name) {
                prelude.lines.append("@testable import enum \(name).\(Prelude.anchor(name))")
            }
        }
        prelude.lines += scoped + operatorLines(mentions, plan)
        prelude.stubs = uninitialized.keys.sorted().filter {
            mentions.contains($0) && ownerIDs[$0] == nil && !declared.contains($0)
        }
        // The global exists in its module, but was never set: this declaration hides it.
        for name in prelude.stubs {
            prelude.lines.append(
                "@available(*, unavailable) fileprivate var `\(name)`: Never { fatalError() }")
        }
        return prelude
    }

    private func dependencies(of wanted: Set<String>) -> Set<String> {
        var closure: Set<String> = []
        var pending = Array(wanted)
        while let next = pending.popLast() {
            if closure.insert(next).inserted { pending += modules[next]?.dependencies ?? [] }
        }
        return closure
    }

    /// The modules of what is declared besides some versions, and of former types that this uses: a value of a type of any other
    /// module cannot be met, and what its extensions declare would only be taken for what took its place.
    private func modulesInReach(besides removed: Set<Int>) -> Set<String> {
        var found = Set(versions.values.filter { !removed.contains($0.id) }.map(\.source))
        var seen: Set<Int> = []
        var pending = Array(dependencies(ofAllBut: removed))
        while let next = pending.popLast() {
            guard seen.insert(next).inserted, let version = versions[next] ?? past.versions[next] else {
                continue
            }
            if versions[next] != nil || version.item.isTypeOrAlias { found.insert(version.source) }
            pending += version.bindings
        }
        return found
    }

    private func hidesEffects(_ module: Module, _ removed: Set<Int>) -> Bool {
        module.hasDeadEffects || module.hasDeadOperators
            || removed.contains {
                versions[$0].map { $0.module == module.name && $0.item.isVisibleByModule } ?? false
            }
    }

    /// Whether an import of the whole module would bring in a name that it no longer owns.
    private func leaks(_ names: Set<String>, of module: String, _ removed: Set<Int>, _ declared: Set<String>)
        -> Bool
    {
        names.contains { name in
            !declared.contains(name)
                && !owners(of: name).contains { $0.source == module && !removed.contains($0.id) }
        }
    }

    private func addsOperators(_ module: String, _ removed: Set<Int>) -> Bool {
        versions.values.contains {
            $0.module == module && $0.item.role == .operatorFunction && !removed.contains($0.id)
        }
    }

    /// The errors of a cell, with those that come of using an uninitialized name said as what they are.
    func naming(
        uninitialized stubs: [String], in syntax: CellSyntax, label: String, errors: [Diagnostic]
    ) -> [Diagnostic] {
        let own = stubs.compactMap { name -> Diagnostic? in
            guard let message = missingValue(of: name), let place = syntax.firstReference(to: name) else {
                return nil
            }
            return Diagnostic(
                severity: .error, message: message, file: label,
                line: place.line, column: place.column, length: name.utf8.count)
        }
        func isOfStub(_ error: Diagnostic) -> Bool {
            error.message.contains("'Never'") || error.message.hasSuffix("is unavailable")
        }
        if !own.isEmpty { return own + errors.filter { !isOfStub($0) } }
        // What uses it is compiled along with the cell.
        return errors.map { error in
            let named = stubs.first { error.message.contains("'\($0)'") }
            // Of the type of one the compiler speaks without its name.
            let name = named ?? (error.message.contains("'Never'") ? stubs.first : nil)
            guard isOfStub(error), let message = name.flatMap(missingValue) else { return error }
            var error = error
            error.message = message
            error.notes = []
            error.fixIts = []
            return error
        }
    }

    /// What is said of a variable without a value.
    private func missingValue(of name: String) -> String? {
        uninitialized[name].map { "'\(name)' is not initialized: cell \($0.label) stopped before it" }
    }

    /// The errors of a cell, with notes on what was declared again since.
    func explaining(_ errors: [Diagnostic], of plan: CellPlan, label: String) -> [Diagnostic] {
        errors.map { error in
            var error = error
            error.message = message(onMemberOfFormerType: error) ?? error.message
            error.notes +=
                (notes(onCompanionOf: error, plan, label) + notes(onFormerTypes: error, plan, label)
                + notes(onTypesSeenTwice: error, plan))
                .map { Diagnostic(severity: .note, message: $0, file: label, line: 0, column: 1, length: 1) }
            return error
        }
    }

    private func notes(onCompanionOf error: Diagnostic, _ plan: CellPlan, _ label: String) -> [String] {
        plan.brought.compactMap { brought in
            let version = brought.version
            // Of a variable that was never set, the error itself tells.
            guard error.file == version.label, plan.isRefresh || error.file != label, version.unset == nil,
                !brought.isSame || brought.replacesBodies,
                (version.item.line...version.item.endLine).contains(error.line)
            else { return nil }
            let reason =
                brought.cause.map { "it uses '\($0.title)', which \(fate(of: $0, plan))" }
                ?? "a name in it means something else by now"
            return "'\(version.title)' is compiled again with this cell, since \(reason)"
        }
    }

    private func notes(onFormerTypes error: Diagnostic, _ plan: CellPlan, _ label: String) -> [String] {
        var said: Set<String> = []
        return error.message.matches(of: /\b(Cell\d+)\.(\w+)/).compactMap { match in
            let name = String(match.2)
            guard let module = modules[String(match.1)], let owner = owners(of: name).last,
                owner.module != module.name,
                said.insert(name + module.name).inserted
            else { return nil }
            return
                "'\(name)' was declared again in \(owner.label); this is still the one of \(module.label): run the cell"
                + " again that holds or takes it"
        }
    }

    /// What is said of a member of a former type that stands in an extension: the extension followed the type that took
    /// its place, and what it added to the former one is no longer in sight.
    private func message(onMemberOfFormerType error: Diagnostic) -> String? {
        guard
            let match = error.message.wholeMatch(
                of: /'([^']+)' is inaccessible due to 'internal' protection level/)
        else { return nil }
        let member = String(match.1)
        for name in (providers[member] ?? []).sorted().compactMap({ versions[$0]?.item.extendedType }) {
            guard let type = owners(of: name).last, type.item.role == .type,
                modules.values.contains(where: {
                    $0.name != type.module && $0.hasTypes && $0.names.contains(name)
                })
            else { continue }
            return
                "'\(name)' was declared again in \(type.label), and '\(member)' is a member of that one; this value is"
                + " still of the former one: run the cell again that made it"
        }
        return nil
    }

    /// What to do where a variable shows the former types of an extension that was made again without it.
    private func notes(onTypesSeenTwice error: Diagnostic, _ plan: CellPlan) -> [String] {
        guard error.message.contains("ambiguous") else { return [] }
        let mentioned = plan.compiled.reduce(into: Set<String>()) { $0.formUnion($1.uses.names) }
        let variables = versions.values.filter { $0.isVariable && mentioned.contains($0.name ?? "") }
        let extended = versions.values.filter { $0.item.role == .extension && !$0.item.nestedTypes.isEmpty }
        return extended.sorted { $0.id < $1.id }.compactMap { version in
            let variable = variables.first { $0.cell == version.cell && $0.module != version.module }
            guard let variable, plan.compiled.contains(where: { $0.uses.touch(version.item.provided) })
            else { return nil }
            return
                "'\(version.title)' was compiled again without the variable '\(variable.title)' beside it, which still"
                + " shows the former types of the extension: run the cell of \(variable.label) again"
        }
    }

    /// What became of a declaration that is gone.
    private func fate(of cause: Version, _ plan: CellPlan) -> String {
        let isHere = plan.items.contains { item in
            item.declarations.contains { $0.name == cause.name }
                || cause.name == nil && item.text.hasPrefix(cause.title)
        }
        if isHere { return "was declared again here" }
        let heirs = cause.name.map(owners(of:)) ?? versions.values.filter { $0.title == cause.title }
        let heir = heirs.filter { !plan.removed.contains($0.id) }.max { $0.id < $1.id }
        return heir.map { "was declared again in \($0.label)" } ?? "no cell declares any more"
    }
}
