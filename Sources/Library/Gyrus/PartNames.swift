import Encoding
import FoundationModels
import Tables

// The names that the kernel offers between the brackets of a value: `table["|"]`.

public func _gyrusPartNames(_ table: DataTable) -> [String] { table.columnNames }
public func _gyrusPartNames(_ features: FeatureSet) -> [String] { features.map(\.layer.shortName) }
public func _gyrusPartNames(_ file: FeatureFile) -> [String] { file.layers }
public func _gyrusPartNames(_ scores: LayerScores) -> [String] { scores.names }
public func _gyrusPartNames(_ dictionary: [String: some Any]) -> [String] { dictionary.keys.sorted() }
