import Text

/// A command to the kernel, as `%name` or `%%name`.
struct Magic: Sendable {
    /// What the lines below `%%name` hold.
    enum Body { case none, swift, text }
    /// What follows the name, as far as completion knows it.
    enum Argument { case other, swift, path, variables }

    let name: String
    /// How it is written, as `%lsmagic` shows it.
    let usage: String
    /// What it does, in a line.
    let help: String
    /// Whether it can be written as `%name`, and what it takes as `%%name`.
    var isForLine = true
    var body = Body.none
    var argument = Argument.other
    /// A further part of its help, which depends on the session.
    var note: (@Sendable (CellSession) -> String)?
    /// Does it; throws `MagicError` or `ErrorReport`.
    let run: @Sendable (MagicCall, CellRun) throws -> Void
}

extension Magic {
    /// Its options, as its usage names them.
    var options: [String] {
        Set(usage.matches(of: /\[(--?[a-z][a-z-]*)/).map { String($0.1) }).sorted()
    }
}

/// All magics.
package enum Magics {
    static let all: [Magic] = [
        .bash, .capture, .cd, .command, .del, .env, .history, .html, .include, .javascript, .latex, .load,
        .lsmagic, .markdown, .optimize, .package, .pwd, .python, .reset, .save, .svg, .time, .timeit, .who,
        .whos, .writefile,
    ]

    /// The names that can follow `%` and `%%`, in alphabetical order.
    package static var names: [String] { all.map(\.name).filter { $0 != "!" }.sorted() }

    /// The names that can follow `%%`.
    package static var cellNames: [String] { all.filter { $0.body != .none }.map(\.name).sorted() }

    /// Whether the lines below `%%name` are Swift.
    package static func takesSwift(_ name: String) -> Bool { named(name)?.body == .swift }

    static func named(_ name: String) -> Magic? { all.first { $0.name == name } }

    /// The magic of a call; throws `MagicError` if there is no such magic or no such form of it.
    static func magic(for call: MagicCall) throws -> Magic {
        let mark = call.isForCell ? "%%" : "%"
        guard let magic = named(call.name) else {
            let near = nearNames(to: call.name).map { mark + $0 }
            let hint = near.isEmpty ? ";" : "; did you mean \(near.joined(separator: " or "))?"
            throw MagicError("there is no \(mark)\(call.name)\(hint) %lsmagic lists all that there are")
        }
        if call.isForCell, call.body == nil {
            throw MagicError("%%\(call.name) takes the whole cell, so it must stand on the cell's first line")
        }
        if call.isForCell, magic.body == .none {
            throw MagicError("%%\(call.name) does not exist; it is a line: \(magic.usage)")
        }
        if !call.isForCell, !magic.isForLine {
            throw MagicError("%\(call.name) does not exist; it takes the whole cell: \(magic.usage)")
        }
        return magic
    }

    /// The names that are one or two typing errors away from a word.
    private static func nearNames(to word: String) -> [String] {
        names.map { ($0, editDistance(word.lowercased(), $0)) }
            .filter { $0.1 <= max(1, min(2, $0.0.count / 2)) || $0.0.hasPrefix(word) }
            .sorted { $0.1 < $1.1 }.prefix(3).map(\.0)
    }
}

/// Why a magic could not do what it was asked to.
struct MagicError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    static let noRunner = MagicError("the process that runs the cells ended meanwhile")
}
