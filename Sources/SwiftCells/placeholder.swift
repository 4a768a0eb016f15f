// SwiftCells
