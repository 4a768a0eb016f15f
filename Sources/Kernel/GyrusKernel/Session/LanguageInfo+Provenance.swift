import CKernelLevels
import Foundation
import JSON
import Jupyter
import RunnerProtocol

extension CellSession {
    /// The language, and what cells are compiled and run with: JupyterLab, nbclient and papermill save it in the notebook
    /// as `language_info`, so that an executed notebook says what it was executed with.
    ///
    /// It is the same at each start on one machine.
    var languageInfo: LanguageInfo {
        let compiler = toolchain.version
        let number = compiler.firstMatch(of: /version ([0-9.]+[0-9])/).map { String($0.1) }
        var info = LanguageInfo(
            name: "swift", version: number ?? "6", mimeType: "text/x-swift", fileExtension: ".swift",
            pygmentsLexer: "swift", codeMirrorMode: "swift")
        info.additional["gyrus"] = [
            "version": .string(GyrusVersion.number), "swift": .string(compiler),
            "operating_system": .string(Machine.operatingSystem),
            "instruction_set": .string(String(cString: kernel_level_name(kernel_level_in_use()))),
            "processors": .integer(ProcessInfo.processInfo.activeProcessorCount),
        ]
        return info
    }
}
