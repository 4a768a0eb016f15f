import Foundation
internal import Hashing
public import JSON

/// A notebook as a file holds it (nbformat 4).
public struct Notebook: Sendable {
    public var cells: [NotebookCell]
    public var metadata: [String: JSON]

    public init(cells: [NotebookCell], metadata: [String: JSON] = [:]) {
        self.cells = cells
        self.metadata = metadata
    }

    /// Reads a notebook, or a Swift script, whose cells begin at its `// %%` lines.
    ///
    /// Throws `RunError` if the file cannot be read or is not a notebook of Swift.
    public init(contentsOf file: URL) throws {
        let data = try FileContents.data(of: file, named: file.relativePath)
        switch file.pathExtension {
        case "ipynb":
            do {
                try self.init(data)
            } catch let error as RunError {
                throw RunError("\(file.relativePath) \(error)")
            }
        case "swift":
            guard let text = String(data: data, encoding: .utf8) else {
                throw RunError("\(file.relativePath) is no UTF-8 text")
            }
            self.init(cells: ScriptCells.cells(of: text))
        case let other:
            throw RunError(
                "\(file.relativePath): expected a notebook (.ipynb) or a Swift script (.swift), found "
                    + (other.isEmpty ? "a name without an ending" : "the ending .\(other)"))
        }
    }

    private init(_ data: Data) throws {
        guard let json = try? JSON(keepingNumbersOf: data), json.object != nil else {
            throw RunError("is no notebook: it is not a JSON object")
        }
        guard json["nbformat"]?.int == 4, let cells = json["cells"]?.array else {
            throw RunError(
                "is a notebook of nbformat \(json["nbformat"] ?? "(none)"), and 4 is needed; JupyterLab saves it as such"
            )
        }
        self.cells = try cells.enumerated().map { index, cell in
            do throws(RunError) {
                return try NotebookCell(cell)
            } catch {
                throw RunError("cannot be read: cell \(index + 1) \(error)")
            }
        }
        metadata = json["metadata"]?.object ?? [:]
        let language =
            metadata["kernelspec"]?["language"]?.string ?? metadata["language_info"]?["name"]?.string
        if let language, language.lowercased() != "swift" {
            throw RunError("is a notebook of \(language), and Gyrus runs Swift")
        }
    }

    /// Gives an id to each cell that has none, or one that is not allowed or another cell's.
    mutating func assignIDs() {
        var used: Set<String> = []
        for index in cells.indices {
            if !Self.isID(cells[index].id) || used.contains(cells[index].id) {
                cells[index].id = Self.newID(for: cells[index], at: index, notIn: used)
            }
            used.insert(cells[index].id)
        }
    }

    /// The notebook as nbformat 4.5, with an id for every cell, as text that a later run repeats to the byte. Numbers that
    /// it was read with keep their spelling.
    public var encoded: Data {
        var notebook = self
        notebook.assignIDs()
        let json: JSON = [
            "cells": .array(notebook.cells.map(\.json)), "metadata": .object(metadata), "nbformat": 4,
            "nbformat_minor": 5,
        ]
        return Data((json.indentedText + "\n").utf8)
    }

    /// Gives each cell that has not run what it had shown before, with the widgets in it. A blank cell shows nothing.
    mutating func keepOutputs(of former: Notebook) {
        var isAnyKept = false
        for (index, cell) in former.cells.enumerated() where cell.kind == .code && !cell.isBlank {
            guard cells[index].executionCount == nil, !cell.outputs.isEmpty else { continue }
            cells[index].outputs = cell.outputs
            cells[index].executionCount = cell.executionCount
            isAnyKept = true
        }
        guard isAnyKept, let before = former.metadata["widgets"] else { return }
        let type = "application/vnd.jupyter.widget-state+json"
        var states = before
        if var now = metadata["widgets"]?[type]?.object, let new = now["state"]?.object,
            let old = before[type]?["state"]?.object
        {
            now["state"] = .object(old.merging(new) { $1 })
            states = .object([type: .object(now)])
        }
        metadata["widgets"] = states
    }

    /// Whether its cells that are not run are those of another notebook of the same code.
    func hasTexts(of other: Notebook) -> Bool {
        cells.count == other.cells.count
            && zip(cells, other.cells).allSatisfy {
                $0.kind == $1.kind && $0.source == $1.source
                    && ($0.kind == .code || $0.attachments == $1.attachments)
            }
    }

    /// Makes it what a run would have written that showed what another notebook of the same code shows.
    mutating func takeOutputs(of former: Notebook) {
        let ran = former.cells.filter { $0.kind == .code }
        for (index, cell) in zip(cells.indices.filter { cells[$0].kind == .code }, ran) {
            cells[index].outputs = cell.outputs
            cells[index].executionCount = cell.executionCount
            if cells[index].id.isEmpty { cells[index].id = cell.id }
        }
        metadata = former.metadata
    }

    /// Notes how a run ended, and the key of what it was made from.
    public mutating func note(status: String, key: String) {
        var own = metadata["gyrus"]?.object ?? [:]
        own["run"] = ["status": .string(status), "key": .string(key)]
        metadata["gyrus"] = .object(own)
    }

    private static func isID(_ id: String) -> Bool {
        id.wholeMatch(of: /[a-zA-Z0-9_-]{1,64}/) != nil
    }

    /// An id that follows from the cell's position and text.
    private static func newID(for cell: NotebookCell, at index: Int, notIn used: Set<String>) -> String {
        var salt = 0
        while true {
            let id = String(FNV1a("\(index) \(salt) \(cell.source)".utf8).value, radix: 16)
            if !used.contains(id) { return id }
            salt += 1
        }
    }
}
