"""The library's own sentences in traditional letters; names are never turned.

Remarks and readings have their words in simplified Chinese. The table holds the letters of these
words: each has one traditional form there, which cannot be said of names (历 is 曆 in a calendar
and 歷 in Lixia District).
"""

from __future__ import annotations

from typing import Final

__all__ = ["traditional"]

_PAIRS: Final = (
    "专專业業东東两兩个個为為义義乐樂产產亿億仅僅会會传傳关關养養内內写寫决決况況净淨减減凭憑则則别別"
    "剂劑办辦务務动動劳勞势勢匀勻区區协協单單卫衛历曆县縣参參发發叠疊员員团團围圍国國处處备備头頭娱娛"
    "实實审審宾賓对對导導属屬岁歲广廣开開强強归歸当當径徑总總户戶扩擴报報拟擬摊攤数數断斷无無时時显顯"
    "晖暉暂暫权權标標栏欄档檔楼樓横橫没沒济濟点點牵牽状狀独獨献獻电電监監盖蓋码碼称稱税稅签簽类類线線"
    "组組织織经經结結给給统統续續编編缴繳联聯脑腦装裝规規视視计計订訂训訓议議记記设設证證评評话話询詢"
    "该該详詳语語说說请請诺諾读讀负負贡貢财財责責费費资資趋趨转轉输輸边邊达達过過运運进進选選镇鎮长長"
    "门門间間闻聞阳陽阶階际際险險隶隸项項须須预預领領饱飽馆館驻駐齐齊于於并並后後余餘准準"
)
_TABLE: Final = str.maketrans(_PAIRS[::2], _PAIRS[1::2])


def traditional(sentence: str) -> str:
    """Return a sentence of the library in traditional letters.

    >>> traditional("序时进度按日历天数均匀分布")
    '序時進度按日曆天數均勻分布'
    """
    return sentence.translate(_TABLE)
