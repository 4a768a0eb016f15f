import JSON
import Jupyter

/// A cell that asks what a name or a magic is: `Ridge?`, `?Ridge`, `%time?`, or `Ridge??` for all there is to say.
///
/// Nothing is lost to Swift: an optional chain on its own does not compile.
package struct HelpRequest: Equatable {
    package let name: String
    package let detailLevel: Int

    package init?(_ cell: String) {
        guard
            let match = cell.wholeMatch(
                of:
                    /\s*(\?{0,2})\s*((?:\/\/)?%{1,2}\w+|!|(?:[\p{L}_`][\w`]*\.)*[\p{L}_`][\w`]*)\s*(\?{0,2})\s*/
            ),
            match.1.isEmpty != match.3.isEmpty
        else { return nil }
        name = match.2.hasPrefix("//") ? String(match.2.dropFirst(2)) : String(match.2)
        detailLevel = max(match.1.count, match.3.count) - 1
    }

    /// The instruction to the front end's pager; text on the cell's output if nothing is known.
    func answer(by kernel: SwiftKernel, context: RequestContext) -> [JSON] {
        let reply = kernel.inspect(
            InspectRequest(code: name, cursorPosition: name.unicodeScalars.count, detailLevel: detailLevel),
            context: context)
        guard reply.found else {
            context.iopub.stream(.stdout, "Nothing is known of '\(name)'.\n")
            return []
        }
        return [["source": "page", "data": .object(reply.data), "start": 0]]
    }
}
