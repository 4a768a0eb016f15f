import Foundation
import RunnerProtocol
import Spawn
import SwiftCells

/// A place in a cell where it ended, or a call on the way there.
struct CellFrame: Equatable {
    /// The function as Swift names it; nil for a cell's top level.
    let function: String?
    /// The cell (`In[3]`).
    let label: String
    let line: Int
}

/// Turns addresses in cells into lines, with the toolchain's symbolizer.
struct Symbolizer {
    let executable: String
    let folder: URL

    /// The frames with their lines, and the runtime's name for a failure without a message ("arithmetic overflow").
    ///
    /// `labels` are the names of the cells and of the files that `%include` brought in.
    func frames(
        of places: [JobEnd.StackFrame], labels: some Collection<String>
    ) -> (frames: [CellFrame], failure: String?) {
        var frames: [CellFrame] = []
        var failure: String?
        for place in places.prefix(24) {
            let library = folder.appending(path: place.image + ".so").path
            for entry in symbols(library: library, offset: place.offset) {
                if let range = entry.function.range(of: "Swift runtime failure: ") {
                    failure = failure ?? String(entry.function[range.upperBound...])
                    continue
                }
                guard let label = labels.first(where: { entry.file == $0 || entry.file.hasSuffix("/" + $0) }),
                    entry.line > 0
                else { continue }
                let isTopLevel = entry.function.hasSuffix("_main") || entry.function.isEmpty
                let name = isTopLevel ? nil : Self.demangled(entry.function)
                let frame = CellFrame(function: name, label: label, line: entry.line)
                if frames.last != frame { frames.append(frame) }
            }
        }
        return (frames, failure)
    }

    private struct Entry: Decodable {
        let function: String
        let file: String
        let line: Int

        private enum CodingKeys: String, CodingKey {
            case function = "FunctionName"
            case file = "FileName"
            case line = "Line"
        }
    }

    private struct CompletionAnswer: Decodable {
        let entries: [Entry]

        private enum CodingKeys: String, CodingKey {
            case entries = "Symbol"
        }
    }

    private func symbols(library: String, offset: Int) -> [Entry] {
        let arguments = ["--obj=\(library)", "--output-style=JSON", "0x" + String(offset, radix: 16)]
        guard let answer = try? collectOutput(of: executable, arguments) else { return [] }
        let data = Data(answer.output.utf8)
        guard let answers = try? JSONDecoder().decode([CompletionAnswer].self, from: data) else { return [] }
        return answers.flatMap(\.entries)
    }

    /// A name of the compiler's as users write it.
    static func demangled(_ name: String) -> String {
        guard let text = SwiftCells.demangled(name) else { return name }
        // As a user writes them: types of cells and of the standard library without their modules.
        return text.replacing(/\b(Cell\d+|Swift)\./, with: "")
            .replacing(/\(([^()\s]+) in _[0-9A-F]+\)/) { String($0.1) }
            .replacing(/\(extension in Cell\d+\):/, with: "")
            // A closure at a cell's top level.
            .replacing(/\ in Cell\d+\b/, with: "")
            // The part between two waits of an asynchronous function, and the accessor of a global.
            .replacing(/\(\d+\) (suspend|await) resume partial function for\ /, with: "")
            .replacing(/\.unsafeMutableAddressor : .*/, with: "")
            // What the kernel adds to the names of members that another cell replaced.
            .replacing(/_anew_: \(\)|_gyrusBare: \(\)|_anew_(?=\w)/, with: "")
    }
}
