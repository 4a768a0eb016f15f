import Foundation
import Jupyter
import SwiftCells

extension Magic {
    static let who = Magic(
        name: "who", usage: "%who", help: "list the variables that cells declared",
        argument: .swift
    ) {
        _, run in
        let names = run.session.names.variableNames
        run.print(names.isEmpty ? "No variables." : names.joined(separator: "  "))
    }

    static let whos = Magic(
        name: "whos", usage: "%whos [NAME ...]",
        help: "list the variables with type, size in bytes and value",
        argument: .swift
    ) { call, run in
        let all = run.session.names.variableNames
        let wanted = Arguments(call.arguments).words
        if let unknown = wanted.first(where: { !all.contains($0) }) {
            throw MagicError("there is no variable \(unknown)")
        }
        let names = wanted.isEmpty ? all : wanted
        let hasHeld = wanted.isEmpty && !run.session.names.heldVariables.isEmpty
        guard !names.isEmpty || hasHeld else { return run.print("No variables.") }
        guard let table = try table(of: names, run) else { throw MagicError("the variables gave no table") }
        run.context.iopub.display(table)
    }

    private static func table(of names: [String], _ run: CellRun) throws -> Data? {
        let all = Set(names) == Set(run.session.names.variableNames)
        let held = all ? run.session.names.heldVariables : []
        func source(_ names: [String], describing: Bool) -> String {
            rows(names, held, describing: describing)
        }
        do throws(ErrorReport) {
            return try run.ask(source(names, describing: true), for: "whos")
        } catch {
            if error.name == "KeyboardInterrupt" { throw error }
            if error.name == "CompileError", let stored = stored(among: names, run, error) {
                return try Self.table(of: stored, run)
            }
            // A variable's own description may stop the program; without it there is still something to tell.
            guard let table = try? run.ask(source(names, describing: false), for: "whos") else {
                throw error
            }
            run.context.iopub.stream(
                .stderr,
                "%whos: the values are left out, since asking for them failed: \(error.value)\n")
            return table
        }
    }

    /// The variables that need no code, where there are others that may no longer compile: those are left out.
    private static func stored(among names: [String], _ run: CellRun, _ error: ErrorReport) -> [String]? {
        let all = run.session.names.computedVariableNames
        let computed = names.filter { all.contains($0) }
        let stored = names.filter { !all.contains($0) }
        guard !computed.isEmpty, !stored.isEmpty else { return nil }
        let left = computed.map { "'\($0)'" }.joined(separator: ", ")
        run.context.iopub.stream(.stderr, "%whos: without \(left): \(error.value)\n")
        return stored
    }

    private static func rows(_ names: [String], _ held: [NameTable.HeldVariable], describing: Bool) -> String
    {
        let rows = names.map {
            "_gyrusVariable(\"\($0)\", `\($0)`\(describing ? "" : ", describing: false"))"
        }
        let former = held.map {
            let users = $0.users.joined(separator: ", ").replacing("\\", with: "\\\\").replacing(
                "\"", with: "\\\"")
            return
                "_gyrusHeld(\"\($0.module)\", \"\($0.name)\", title: \"\($0.name) (\($0.label))\", users: \"\(users)\")"
        }
        return "_GyrusVariables([\((rows + former).joined(separator: ", "))])"
    }
}
