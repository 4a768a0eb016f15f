import Foundation
import JSON
import NotebookRuns
import SwiftCells

/// Finds the files that tasks of a sweep would open by a path that its parameters make, and that are not there.
///
/// It knows `Type.open(path)` and `Type.read(path)`, where the path is a parameter or a literal with parameters in it
/// (`"data/sub-\\(subject).npy"`), unless the notebook writes to the same path itself.
public struct DataFileCheck {
    private enum Piece: Hashable {
        case text(String)
        case parameter(String)
    }

    private let notebook: Notebook
    private let plan: SweepPlan
    private let folder: URL

    /// - Parameters:
    ///   - notebook: the notebook without its parameters.
    ///   - name: what it is called in messages.
    ///   - grid: the parameters and their values.
    ///   - folder: where cells run.
    public init(_ notebook: Notebook, named name: String, grid: ParameterGrid, folder: URL) {
        self.notebook = notebook
        self.folder = folder
        plan = SweepPlan(
            name: name, source: "", workingFolder: folder.path, timeout: nil, names: grid.names,
            rows: grid.rows)
    }

    /// The files that are missing, each once, in the order of the tasks; throws `RunError` if a value does not fit the notebook.
    public var missing: [String] {
        get throws {
            var missing: [String] = []
            var seen: Set<String> = []
            for path in try paths where seen.insert(path).inserted && !isThere(path) { missing.append(path) }
            return missing
        }
    }

    private func isThere(_ path: String) -> Bool {
        // What has a scheme is fetched.
        if path.isEmpty || path.contains("://") { return true }
        let url = URL(
            fileURLWithPath: Home.expanding(path),
            relativeTo: URL(fileURLWithPath: folder.path, isDirectory: true))
        return FileManager.default.fileExists(atPath: url.path)
    }

    private var paths: [String] {
        get throws {
            let patterns = patterns
            let columns = plan.names.indices.filter { column in
                patterns.contains { $0.contains(.parameter(plan.names[column])) }
            }
            guard !columns.isEmpty else { return [] }
            var paths: [String] = []
            var seen: Set<[String]> = []
            let types = plan.types
            for (task, row) in plan.rows.enumerated() where seen.insert(columns.map { row[$0] }).inserted {
                let values = try values(of: task, types)
                paths += patterns.compactMap { Self.path($0, values) }
            }
            return paths
        }
    }

    /// What the parameters of a task are worth in its notebook, as an interpolation writes them; only what it surely writes so.
    private func values(of task: Int, _ types: [CommonType]) throws -> [String: String] {
        let made = try Injection(of: plan.parameters(of: task, types), into: notebook, named: plan.name)
            .result()
        let given = made.metadata["papermill"]?["parameters"]?.object ?? [:]
        return given.compactMapValues { value in
            switch value {
            case .string(let text): text
            case .integer(let number): String(number)
            default: nil
            }
        }
    }

    private static func path(_ pattern: [Piece], _ values: [String: String]) -> String? {
        var path = ""
        for piece in pattern {
            switch piece {
            case .text(let text): path += text
            case .parameter(let name):
                guard let value = values[name] else { return nil }
                path += value
            }
        }
        return path
    }

    /// The paths that calls are given and that parameters of the sweep alone make.
    private var patterns: Set<[Piece]> {
        let lines = notebook.cells.filter { $0.kind == .code }.flatMap {
            $0.source.split(whereSeparator: \.isNewline)
        }
        let code = lines.filter { !$0.drop(while: \.isWhitespace).hasPrefix("//") }.joined(separator: "\n")
        let opened = code.matches(
            of: /\b[A-Z]\w*\s*\.\s*(?:open|read)\s*\(\s*("(?:[^"\\\n]|\\\(\w+\))+"|\w+\s*[,)])/)
        let written = Set(code.matches(of: /\bto:\s*("[^"\n]*"|\w+)/).map { Self.pieces(of: $0.1) })
        return Set(opened.map { Self.pieces(of: $0.1) }).subtracting(written).filter { pattern in
            let names = pattern.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
            return !names.isEmpty && names.allSatisfy(plan.names.contains)
        }
    }

    /// The pieces of an argument: a name, or a literal.
    private static func pieces(of argument: Substring) -> [Piece] {
        guard argument.hasPrefix("\"") else {
            return [.parameter(String(argument.prefix { $0.isLetter || $0.isNumber || $0 == "_" }))]
        }
        var rest = argument.dropFirst().dropLast()
        var pieces: [Piece] = []
        while let match = rest.firstMatch(of: /\\\((\w+)\)/) {
            pieces.append(.text(String(rest[..<match.range.lowerBound])))
            pieces.append(.parameter(String(match.1)))
            rest = rest[match.range.upperBound...]
        }
        return pieces + [.text(String(rest))]
    }
}
