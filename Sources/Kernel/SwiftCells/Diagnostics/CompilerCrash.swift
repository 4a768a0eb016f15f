/// What is said when the compiler gives up on a cell without an error of its own.
enum CompilerCrash {
    /// What can be told from the compiler's output: where it was, if it crashed, else the output's end.
    static func text(_ output: String, status: Int32, label: String) -> String {
        guard output.contains("Stack dump:") else {
            return "the Swift compiler failed (\(status)):\n\(output.suffix(4000))"
        }
        let place = output.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /(In\[\d+\]):(\d+):\d+/).flatMap { $0.1 == label ? $0.2 : nil }
        }.last
        let line = place.map { " at line \($0)" } ?? ""
        return
            "the Swift compiler itself crashed on this cell\(line). It is a mistake of the compiler; write the "
            + "statement in another way, for instance with the types of its parts given or in several steps."
    }
}
